#pragma once

// kind = "okta": the records of an Okta-compatible Trusted Origins API, page after page.

#include <string>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "source.hpp"

namespace corsac::remote_store {

// All pages, or nothing. [store-thread]
class OktaRecords {
 public:
  [[nodiscard]] plugin::Status read(Source& source, plugin::Sink& sink);

 private:
  [[nodiscard]] plugin::Status fetch(Source& source, plugin::Sink& sink,
                                     std::vector<std::string>& pages);
  [[nodiscard]] plugin::Status hand_over(Source& source, plugin::Sink& sink,
                                         const std::vector<std::string>& pages);

  bool has_told_unknown_scopes_ = false;
};

}  // namespace corsac::remote_store
