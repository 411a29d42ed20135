#pragma once

// Certificates of a test's own, made by the program openssl.

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "http_peer.hpp"
#include "support/temp_folder.hpp"

namespace corsac::test {

// An authority, and certificates that it signs.
class TestAuthority {
 public:
  TestAuthority() {
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=Corsac-Test -keyout " +
        path("ca.key") + " -out " + ca_file());
  }
  [[nodiscard]] std::string ca_file() const { return path("ca.pem"); }

  // `names` as in "DNS:localhost,IP:127.0.0.1".
  [[nodiscard]] PeerCertificate sign(const std::string& names) const {
    const std::string base = "server" + std::to_string(++count_);
    const PeerCertificate made{path(base + ".pem"), path(base + ".key")};
    folder_.write(base + ".ext", "subjectAltName=" + names + "\n");
    run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -keyout " +
        made.key_file + " -out " + path(base + ".csr"));
    run("x509 -req -days 2 -in " + path(base + ".csr") + " -CA " + ca_file() + " -CAkey " +
        path("ca.key") + " -CAcreateserial -extfile " + path(base + ".ext") + " -out " +
        made.certificate_file);
    return made;
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  // No part of a command is a stranger's: the folder is a TempFolder.
  static void run(const std::string& arguments) {
    const std::string command =
        std::string(CORSAC_TEST_OPENSSL) + " " + arguments + " >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
  }

  TempFolder folder_;
  mutable int count_ = 0;
};

}  // namespace corsac::test
