// A library that calls what nobody defines. Linked lazily it would load, and end the process at the
// first call.

extern "C" int corsac_test_defined_nowhere();

extern "C" __attribute__((visibility("default"))) int calls_it() {
  return corsac_test_defined_nowhere();
}
