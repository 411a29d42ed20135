// For builds with the thread sanitizer: cpp-httplib 0.53.1 resolves names through glibc's
// getaddrinfo_a, whatever its build option says, and the thread that glibc starts for that crashes
// in the sanitizer's wrappers. This one answers on the caller's thread; gai_error and gai_suspend
// of glibc read what it leaves in the request.

#include <netdb.h>

extern "C" int getaddrinfo_a(int, gaicb* requests[], int count, sigevent*) {
  for (int i = 0; i < count; ++i) {
    gaicb& request = *requests[i];
    request.__return =
        getaddrinfo(request.ar_name, request.ar_service, request.ar_request, &request.ar_result);
  }
  return 0;
}
