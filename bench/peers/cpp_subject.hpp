#pragma once

// What the C++ subjects of bench/run share: the lines that they read and answer
// (bench/peers/subject.py), Corsac's policy for a case, and the loop that is measured.

#include <cstddef>
#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/policy/policy.hpp>

namespace corsac::bench {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;

// From the `policy` of a case (bench/peers/shapes.py).
inline Policy policy_of(const Json& policy) {
  return {.cors = {.allowed_origins = Names(policy["origins"].get<Strings>()),
                   .allowed_methods = Names(policy["methods"].get<Strings>()),
                   .allowed_headers = Names(policy["headers"].get<Strings>())}};
}

// At least as many requests lie between two looks at the clock.
inline constexpr std::size_t kBatch = 256;

// Of the whole process, all threads.
inline double processor_nanoseconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds of processor time for one call of `answer`, with 0 to `requests` - 1 in turn.
template <class Answer>
double measure(std::size_t requests, double milliseconds, const Answer& answer) {
  const double start = processor_nanoseconds();
  double passed = 0;
  double answered = 0;
  const std::size_t turns = (kBatch + requests - 1) / requests;
  do {
    for (std::size_t turn = 0; turn < turns; ++turn) {
      for (std::size_t i = 0; i < requests; ++i) answer(i);
    }
    answered += static_cast<double>(turns * requests);
    passed = processor_nanoseconds() - start;
  } while (passed < milliseconds * 1e6);
  return passed / answered;
}

// Answers lines until standard input ends. `make(Json case)` gives a subject with the middleware
// made from the case's policy and its requests, and
//
//   std::size_t size() const;         // of its requests
//   Json first_answer(std::size_t);   // headers of the answer to one of them, by name
//   void answer(std::size_t);         // what is measured,
//   void answer_bare(std::size_t);    // and the same without the middleware
template <class Make>
void serve_lines(const Make& make) {
  std::optional<decltype(make(Json()))> subject;
  std::string command, argument;
  while (std::cin >> command && std::getline(std::cin >> std::ws, argument)) {
    Json reply;
    if (command == "prepare") {
      std::ifstream file(argument);
      subject.reset();  // one large policy at a time
      subject.emplace(make(Json::parse(file)));
      reply["answers"] = Json::array();
      for (std::size_t i = 0; i < subject->size(); ++i) {
        reply["answers"].push_back(subject->first_answer(i));
      }
    } else {
      const double milliseconds = std::stod(argument);
      reply["bare_ns"] = measure(subject->size(), milliseconds / 4,
                                 [&](std::size_t i) { subject->answer_bare(i); });
      reply["ns"] =
          measure(subject->size(), milliseconds, [&](std::size_t i) { subject->answer(i); });
    }
    std::cout << reply.dump() << std::endl;
  }
}

}  // namespace corsac::bench
