/* The extension "corsac.store.write/1" of the plugin contract: replacing the document of a store.
 * Pure C; needs corsac_store_plugin.h and nothing else.
 *
 * A plugin that can write answers corsac_store_plugin_v1.extension("corsac.store.write/1") with a
 * corsac_store_write_v1; the table lives as long as the library. The rules for every call are those
 * of corsac_store_plugin.h. C++ authors: corsac_store_write.hpp.
 */
#ifndef CORSAC_STORE_WRITE_H
#define CORSAC_STORE_WRITE_H

#include "corsac_store_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CORSAC_STORE_WRITE_NAME "corsac.store.write/1"

typedef struct corsac_store_write_v1 {
  uint32_t size; /* sizeof(corsac_store_write_v1); later functions only if size covers them */

  /* Replaces the document of `store` (from open()) by `document`, a policy in JSON, in one step:
   * no reader sees a part of it, and readers are told as by any other change. The store does not
   * look into the document; whoever calls has checked it.
   *
   * `expected` is the revision that the store must be in, as a read gave it to sink.finish or as
   * an earlier call gave it; empty = any. Bytes are borrowed for the call. Like a read it returns
   * before host.deadline, hears host.cancelled, and interrupt() ends it. [store-thread]
   *
   * CORSAC_OK            written; on_revision was called once with the new revision
   * CORSAC_CONFLICT      nothing written: the store is in another revision, which on_revision was
   *                      called with (an empty text = it has no document)
   * CORSAC_READ_ONLY     nothing written: the store, or these credentials, cannot write
   * CORSAC_INVALID       nothing written: the store does not take this document; why is in the log
   * CORSAC_UNREACHABLE, CORSAC_CANCELLED, CORSAC_FAILED
   *                      perhaps written: read to know. Why is in the log
   *
   * on_revision runs inside the call, on its thread; the text is borrowed. */
  int32_t (*put_document)(void* store, corsac_text document, corsac_text expected, void* context,
                          void (*on_revision)(void* context, corsac_text revision));
} corsac_store_write_v1;

#ifdef __cplusplus
}
#endif

#endif
