// The table of the importers. Entry: importers. Test: tests/import/import_test.py.

#include "importers.hpp"

#include <array>

namespace corsac::server {

std::span<const Importer> importers() noexcept {
  static constexpr std::array kImporters = {
      Importer{"fusionauth", "JSON of /api/system-configuration", true, import_fusionauth},
      Importer{"django", "the CORS_ settings of django-cors-headers as JSON", false, import_django},
      Importer{"openedx", "lms.yml, or the same as JSON", false, import_openedx},
      Importer{"cloudflare", "JSON of Access applications, or of terraform show -json", false,
               import_cloudflare},
      Importer{"okta", "JSON of /api/v1/trustedOrigins", true, import_okta},
      Importer{"nginx", "nginx.conf", false, import_nginx},
      Importer{"rs-cors", "cors.Options of rs/cors as JSON", false, import_rs_cors},
      Importer{"express", "the options of the npm package cors as JSON", false, import_express},
      Importer{"spring", "application.yml", false, import_spring},
  };
  return kImporters;
}

}  // namespace corsac::server
