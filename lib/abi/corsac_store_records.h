/* The extension "corsac.store.records/1" of the plugin contract: a store that keeps the Trusted
 * Origins which Corsac's authority writes, one by one, beside the document that people write.
 * Pure C; needs corsac_store_plugin.h and nothing else.
 *
 * A plugin that can answers corsac_store_plugin_v1.extension("corsac.store.records/1") with a
 * corsac_store_records_v1; the table lives as long as the library. The rules for every call are
 * those of corsac_store_plugin.h. C++ authors: corsac_store_records.hpp.
 *
 * What is kept here is also part of what read() hands over, behind the document's own
 * trusted_origins: servers that only follow the store know nothing of this extension. There they
 * lie in other sources (sink.source) than the document's own, which is the first: that tells the
 * core which of the two speaks where both name an origin. The document does.
 */
#ifndef CORSAC_STORE_RECORDS_H
#define CORSAC_STORE_RECORDS_H

#include "corsac_store_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CORSAC_STORE_RECORDS_NAME "corsac.store.records/1"

/* One record that is put, whether or not there is one with its id, or that goes. */
typedef struct corsac_record_change {
  corsac_text id;     /* printable ASCII, 1 to 255 bytes, of no other change of the call */
  corsac_text record; /* a JSON object, as an element of trusted_origins; size 0 = it goes */
} corsac_record_change;

/* What else put_records wants to be handed: all records as they are after the changes, as a policy
 * document with version and trusted_origins. Stores that keep them in one piece want it. */
typedef enum corsac_records_form {
  CORSAC_RECORDS_CHANGES = 0, /* nothing: the changes say it all */
  CORSAC_RECORDS_JSON = 1,
  CORSAC_RECORDS_TOML = 2
} corsac_records_form;

typedef struct corsac_store_records_v1 {
  uint32_t size; /* sizeof(corsac_store_records_v1); later members only if size covers them */
  int32_t form;  /* a corsac_records_form */

  /* As read(), but hands over the kept records alone: a document with version and
   * trusted_origins and nothing else; also where none is kept. finish() gives the revision
   * that put_records may expect; it need not be that of read().
   * CORSAC_READ_ONLY = this store keeps none (a setting is missing; say which by
   * CORSAC_HOST_FAILURE): whoever wants to see records calls read(). [store-thread] */
  int32_t (*read_records)(void* store, const corsac_sink* sink);

  /* Makes all of the `count` changes (at least one) in one step, or none: no reader sees a part of
   * them, readers are told as by any other change, and once CORSAC_OK is returned they stay,
   * whatever becomes of this process. The store does not look into the records; whoever calls has
   * checked them.
   *
   * `all` is empty for CORSAC_RECORDS_CHANGES. `expected` is a revision as read_records or an
   * earlier call gave it, never empty. Bytes are borrowed for the call. Like a read it returns
   * before host.deadline, hears host.cancelled, and interrupt() ends it. [store-thread]
   *
   * CORSAC_OK            written; on_revision was called once with the new revision
   * CORSAC_CONFLICT      nothing written: the store is in another revision than `expected`
   * CORSAC_READ_ONLY     nothing written: the store, or these credentials, cannot write
   * CORSAC_INVALID       nothing written: the store does not take them, or what it holds now is
   *                      nothing to write over; why is in the log
   * CORSAC_UNREACHABLE, CORSAC_CANCELLED, CORSAC_FAILED
   *                      perhaps written, all or nothing: read to know. Why is in the log
   *
   * on_revision runs inside the call, on its thread; the text is borrowed. */
  int32_t (*put_records)(void* store, const corsac_record_change* changes, size_t count,
                         corsac_text all, corsac_text expected, void* context,
                         void (*on_revision)(void* context, corsac_text revision));
} corsac_store_records_v1;

#ifdef __cplusplus
}
#endif

#endif
