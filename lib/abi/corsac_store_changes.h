/* The extension "corsac.store.changes/1" of the plugin contract: what became of the origins of a
 * store since a revision, for stores of a million of them, where to read all for one that came
 * takes seconds. Pure C; needs corsac_store_plugin.h and nothing else.
 *
 * A plugin that can answers corsac_store_plugin_v1.extension("corsac.store.changes/1") with a
 * corsac_store_changes_v1; the table lives as long as the library. The rules for every call are
 * those of corsac_store_plugin.h. C++ authors: corsac_store_changes.hpp.
 *
 * read() stays the truth: whatever a store cannot tell as a change of single origins it answers with
 * CORSAC_CONFLICT, and the core reads the whole document. What read() gives in the revision that a
 * read_changes() ended with must be the earlier document with these changes made, the order of the
 * list left aside. Only elements of the one list cors.allowed_origins change in this way, and only
 * those that read() hands over in another source than the document's own (the first).
 */
#ifndef CORSAC_STORE_CHANGES_H
#define CORSAC_STORE_CHANGES_H

#include "corsac_store_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CORSAC_STORE_CHANGES_NAME "corsac.store.changes/1"

/* One origin, as an element of cors.allowed_origins, that came or went. */
typedef struct corsac_origin_change {
  corsac_text origin;
  int32_t is_added; /* 1 = it came, 0 = it went */
} corsac_origin_change;

/* Where changes go. Every call answers 1 = go on, 0 = stop and return CORSAC_CANCELLED.
 * [store-thread], only during read_changes(). */
typedef struct corsac_changes_sink {
  uint32_t size; /* sizeof(corsac_changes_sink) of the core */
  void* context; /* pass it back in every call */
  /* Changes from here on are of elements that read() hands over in this source. Call it first. */
  int (*source)(void* context, corsac_text name);
  /* In the order in which they were made; the last one about an origin counts. An origin that comes
   * and stands there already, or goes and does not, is no error. At most 100,000 in a call, each as
   * long as a text of a document: beyond that the call is void, and the document is read. */
  int (*origin)(void* context, const corsac_origin_change* change);
  /* All changes were told; the store was in this revision, one that read() would give. Without it
   * the call is void. */
  int (*finish)(void* context, corsac_text revision);
} corsac_changes_sink;

typedef struct corsac_store_changes_v1 {
  uint32_t size; /* sizeof(corsac_store_changes_v1); later functions only if size covers them */

  /* Tells what changed after `since`, a revision that read() or read_changes() of this store ended
   * with, never empty. Like a read it returns before host.deadline, hears host.cancelled, and
   * interrupt() ends it. [store-thread]
   *
   * CORSAC_OK            told, and sink.finish was called; also when nothing changed
   * CORSAC_CONFLICT      cannot be told: something else changed too, or it was too long ago. What
   *                      the sink got is void; read()
   * CORSAC_UNREACHABLE, CORSAC_INVALID, CORSAC_CANCELLED, CORSAC_FAILED
   *                      as those of read() */
  int32_t (*read_changes)(void* store, corsac_text since, const corsac_changes_sink* sink);

  /* Makes all of the `count` changes (at least one) in one step, or none, so that read_changes()
   * can tell them: no reader sees a part of them, and readers are told as by any other change. The
   * store does not look into the origins; whoever calls has checked them. An origin that comes and
   * is there, or goes and is not, is no error. Of two changes about one origin the last counts.
   *
   * `expected` is the revision that the store must be in; empty = any. Bytes are borrowed for the
   * call. Like a read it returns before host.deadline, hears host.cancelled, and interrupt() ends
   * it. May be null: this store tells changes and makes none. [store-thread]
   *
   * CORSAC_OK            made; on_revision was called once with the new revision
   * CORSAC_CONFLICT      nothing written: the store is in another revision than `expected`, which
   *                      on_revision was called with (an empty text = it has no document)
   * CORSAC_READ_ONLY     nothing written: the store, or these credentials, cannot write
   * CORSAC_INVALID       nothing written: the store does not take them; why is in the log
   * CORSAC_UNREACHABLE, CORSAC_CANCELLED, CORSAC_FAILED
   *                      perhaps written, all or nothing: read to know. Why is in the log
   *
   * on_revision runs inside the call, on its thread; the text is borrowed. */
  int32_t (*change_origins)(void* store, const corsac_origin_change* changes, size_t count,
                            corsac_text expected, void* context,
                            void (*on_revision)(void* context, corsac_text revision));
} corsac_store_changes_v1;

#ifdef __cplusplus
}
#endif

#endif
