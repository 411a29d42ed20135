#pragma once

#include "imported.hpp"
#include "source_fields.hpp"

namespace corsac::server {

// Whether answers allow cookies.
enum class DjangoCredentials : unsigned char {
  AsSet,   // as CORS_ALLOW_CREDENTIALS says; false without it
  Always,  // whatever the setting says
};

// The settings of django-cors-headers, old names and new, into [cors]. Open edX reads the same.
void take_django_settings(SourceFields& settings, DjangoCredentials credentials,
                          Imported& imported);

// Settings of Django about cross-site writes, which are no CORS: told.
void tell_csrf_settings(SourceFields& settings, Imported& imported);

}  // namespace corsac::server
