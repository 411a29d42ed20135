// A policy and its files of origins that change while they are read.

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string policy_of(const std::string& version) {
  return "version = " + version + "\n[cors]\nallowed_origins_file = \"origins.txt\"\n";
}

void append(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::app) << bytes;
}

class TomlVersions : public test::TomlStoreTest {
 protected:
  // Two versions, each a policy and its origins; `current` leads to the first.
  void prepare_versions() {
    for (const std::string version : {"1", "2"}) {
      fs::create_directory(folder_.path() / ("v" + version));
      folder_.write("v" + version + "/policy.toml", policy_of(version));
      folder_.write("v" + version + "/origins.txt", "https://v" + version + "\n");
    }
    fs::create_symlink("v1", folder_.path() / "current");
    open({{"file", "current/policy.toml"}, {"poll_seconds", "3600"}});
  }
  void go_to(const std::string& version) {
    fs::create_symlink("v" + version, folder_.path() / "next");
    fs::rename(folder_.path() / "next", folder_.path() / "current");
  }
  // "1 https://v1" for a document that was finished, else the status.
  std::string read_version(test::RecordingSink& sink) {
    status_ = store_->read(sink);
    if (status_ != CORSAC_OK) return "status " + std::to_string(status_);
    std::string version;
    std::string origins;
    for (const std::string& call : sink.calls()) {
      if (call.starts_with("integer version ")) version = call.substr(16, 1);
      if (call.starts_with("text - \"")) origins += " " + call.substr(8, call.find('"', 8) - 8);
    }
    return version + origins;
  }
  // What the next read says when `change` is called at each question whether it is cancelled: after
  // each piece of a file, and after each file.
  std::vector<std::string> read_while(const std::function<void(std::size_t)>& change) {
    host_.on_cancelled_asked(change);
    std::vector<std::string> calls = read_again();
    host_.on_cancelled_asked({});
    return calls;
  }
};

TEST_F(TomlVersions, NeverMixWhenALinkIsExchangedWhileTheyAreHandedOver) {
  prepare_versions();
  test::RecordingSink sink;
  sink.on_call([this](std::string_view line) {
    if (line.starts_with("text allowed_origins_file ")) go_to("2");
  });
  EXPECT_EQ(read_version(sink), "1 https://v1");
  EXPECT_TRUE(host_.wait_for_more_changes_than(0)) << "and the change is noticed";
  test::RecordingSink after;
  EXPECT_EQ(read_version(after), "2 https://v2");
}

TEST_F(TomlVersions, NeverMixWhenALinkIsExchangedBetweenTwoFiles) {
  prepare_versions();
  // The first question is asked when the policy has been read, and no file of origins.
  host_.on_cancelled_asked([this](std::size_t question) {
    if (question == 1) go_to("2");
  });
  test::RecordingSink sink;
  EXPECT_EQ(read_version(sink), "2 https://v2");
  EXPECT_EQ(sink.calls().front(), "source current/policy.toml");
}

struct WrittenRow {
  const char* desc;
  const char* file;
  const char* bytes;
  const char* call;  // one that shows the new content
};

TEST_F(TomlVersions, AreReadAgainWhenAFileIsWrittenMeanwhile) {
  const WrittenRow rows[] = {
      {"the policy", "policy.toml", "enabled = true\n", "flag enabled true 4:11"},
      {"the origins", "origins.txt", "https://b\n", "text - \"https://b\" 2:1"},
  };
  for (const WrittenRow& row : rows) {
    SCOPED_TRACE(row.desc);
    folder_.write("policy.toml", policy_of("1"));
    folder_.write("origins.txt", "https://a\n");
    open();
    // After both were read, and before the end of the look.
    const auto calls = read_while([&](std::size_t question) {
      if (question == 4) append(folder_.path() / row.file, row.bytes);
    });
    EXPECT_EQ(status_, CORSAC_OK);
    EXPECT_THAT(calls, Contains(row.call));
  }
}

TEST_F(TomlVersions, AreNotTakenWhileAFileChangesAllTheTime) {
  for (const std::string name : {"policy.toml", "origins.txt"}) {
    SCOPED_TRACE(name);
    folder_.write("policy.toml", policy_of("1"));
    folder_.write("origins.txt", "https://a\n");
    open();
    std::size_t questions = 0;
    const auto calls = read_while([&](std::size_t question) {
      questions = question;
      folder_.write(name, name == "policy.toml" ? policy_of("1") : "https://a\n");
    });
    EXPECT_EQ(status_, CORSAC_UNREACHABLE);
    EXPECT_EQ(revision_, "");
    EXPECT_THAT(calls, Contains(StartsWith("problem file-changing ")));
    EXPECT_THAT(calls, Contains(HasSubstr(name + " is being written; write another file")));
    EXPECT_LT(questions, 100u) << "it gives up";
    read_again();
    EXPECT_EQ(status_, CORSAC_OK) << "and reads it when it rests";
  }
}

TEST_F(TomlVersions, AreNotHandedOverWhenTheReadIsCancelledInTheMiddleOfAFile) {
  for (const std::string name : {"policy.toml", "origins.txt"}) {
    SCOPED_TRACE(name);
    folder_.write("policy.toml", policy_of("1"));
    folder_.write("origins.txt", "https://a\n");
    append(folder_.path() / name, "#" + std::string(5'000'000, 'x') + "\n");  // several pieces
    open();
    std::size_t questions = 0;
    const auto calls = read_while([&](std::size_t question) {
      questions = question;
      if (question == (name == "policy.toml" ? 2u : 5u)) host_.cancel();
    });
    EXPECT_EQ(status_, CORSAC_CANCELLED);
    EXPECT_THAT(calls, ElementsAre());
    EXPECT_LT(questions, 10u) << "the rest is not read";
    host_.cancel(false);
    read_again();
    EXPECT_EQ(status_, CORSAC_OK);
  }
}

TEST_F(TomlVersions, MayChangeTogether) {
  prepare_versions();
  test::RecordingSink before;
  EXPECT_EQ(read_version(before), "1 https://v1");
  folder_.write("v1/policy.toml", policy_of("3"));
  folder_.write("v1/origins.txt", "https://v3\n");
  // Both changes may be one notice, or two.
  std::string seen;
  for (std::size_t changes = 0; host_.wait_for_more_changes_than(changes);) {
    changes = host_.changes();
    test::RecordingSink after;
    seen = read_version(after);
    if (seen == "3 https://v3") break;
  }
  EXPECT_EQ(seen, "3 https://v3");
}

}  // namespace
}  // namespace corsac
