/* The contract between Corsac and a store plugin. Pure C; includes nothing of Corsac.
 *
 * A store plugin is a shared library that exports one data symbol, `corsac_store_plugin`, of type
 * corsac_store_plugin_v1. The core reads it as data and checks magic, ABI, size and name before it
 * calls anything. A store reads its own format and hands over fields, values and places; what they
 * mean is the core's business.
 *
 * C++ authors: corsac_store_plugin.hpp, beside this file, does the casts. Copy plugins/example.
 *
 * Rules for every call
 *   - No exception, no C++ type and no ownership of memory crosses. What the caller passes is
 *     borrowed for the call; copy what you keep.
 *   - Texts are {data, size}, UTF-8, not null-terminated, and may hold any byte.
 *   - Thread tags: [store-thread] = always on the one thread that the core gives this store, never
 *     two at once; [any-thread] = at any time from any thread, also during another call.
 *   - Secrets (passwords, tokens, user info in URLs) must not stand in any text that is handed
 * over.
 *
 * Additions come as new names that extension() is asked for, never as changed structs.
 */
#ifndef CORSAC_STORE_PLUGIN_H
#define CORSAC_STORE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CORSAC_STORE_PLUGIN_MAGIC 0x43534F52u /* "CSOR" */
#define CORSAC_STORE_PLUGIN_ABI_MAJOR 1u      /* another one is not loaded */
#define CORSAC_STORE_PLUGIN_ABI_MINOR 0u      /* a newer one is loaded: it only adds names */

typedef struct corsac_text {
  const char* data; /* may be null when size is 0 */
  size_t size;
} corsac_text;

/* From 1; line 0 = not known, column 0 = the whole line. Columns count bytes. */
typedef struct corsac_place {
  uint32_t line;
  uint32_t column;
} corsac_place;

/* What a call on a store answers. */
typedef enum corsac_status {
  CORSAC_OK = 0,
  /* The store cannot be reached: the policy in force stays, and ages. Try again later. */
  CORSAC_UNREACHABLE = 1,
  /* It answered, but with something that is no document. The policy in force stays, without limit.
   * Say why with sink.problem (read) or host.problem (open). */
  CORSAC_INVALID = 2,
  /* interrupt() was called, or the sink said stop. Nothing is wrong with the store. */
  CORSAC_CANCELLED = 3,
  /* A writing call: the expected revision is not the one in the store. */
  CORSAC_CONFLICT = 4,
  /* A writing call: this store, or these credentials, cannot write. */
  CORSAC_READ_ONLY = 5,
  /* The plugin itself failed (no memory, a bug). Counts as unreachable. */
  CORSAC_FAILED = 6
} corsac_status;

typedef enum corsac_log_level {
  CORSAC_LOG_INFO = 0,
  CORSAC_LOG_WARNING = 1,
  CORSAC_LOG_ERROR = 2
} corsac_log_level;

/* Where a document goes. Every call answers 1 = go on, 0 = stop reading and return
 * CORSAC_CANCELLED. [store-thread], only during read().
 *
 * The document itself is the outermost item: do not open it. `field` is the name inside the
 * enclosing item and is empty for an element of a list. A list of tables (TOML's [[cors.rules]]) is
 * a list of items. An empty list is a list. Times are texts in RFC 3339. */
typedef struct corsac_sink {
  uint32_t size; /* sizeof(corsac_sink) of the core; later fields only if size covers them */
  void* context; /* pass it back in every call */
  /* Places count in this source from now on: a file name or a key, never a URL with secrets. Call
   * it first, and again when another file is read. */
  int (*source)(void* context, corsac_text name);
  int (*begin_list)(void* context, corsac_text field, corsac_place place);
  int (*end_list)(void* context);
  int (*begin_item)(void* context, corsac_text field, corsac_place place);
  int (*end_item)(void* context);
  int (*text)(void* context, corsac_text field, corsac_text value, corsac_place place);
  int (*integer)(void* context, corsac_text field, int64_t value, corsac_place place);
  int (*real)(void* context, corsac_text field, double value, corsac_place place);
  int (*flag)(void* context, corsac_text field, int value, corsac_place place);
  int (*null_value)(void* context, corsac_text field, corsac_place place);
  /* Something wrong that only the store can see, such as a syntax error. `code` is lower case with
   * hyphens ("toml-syntax"); `what` a clause, `fix` an imperative or empty. */
  int (*problem)(void* context, corsac_text code, corsac_text what, corsac_text fix,
                 corsac_place place);
  /* The document is complete, in the state that `revision` names (a content hash, a counter; at
   * most 255 bytes, a longer one is an error). `counter:nonce` has an order (a `~` ends what of the
   * nonce counts), any other text has none: see CORSAC_HOST_SWITCH. A read that returns without it
   * is void. */
  int (*finish)(void* context, corsac_text revision);
} corsac_sink;

/* What the core does for a store. Valid from before open() until close() has returned; then a
 * store has ended its threads: a late call does nothing, or reaches the store of another. */
typedef struct corsac_host {
  uint32_t size;
  void* context;
  /* One line for the operator. [any-thread] */
  void (*log)(void* context, int32_t level, corsac_text line);
  /* The document may have changed: the core reads again soon. Cheap; may be called often, until
   * close() returns; while close() runs it is harmless. [any-thread] */
  void (*changed)(void* context);
  /* 1 when interrupt() was called for the call under way: return soon. [any-thread] */
  int (*cancelled)(void* context);
  /* CLOCK_MONOTONIC in nanoseconds by which the call under way should return. [any-thread] */
  int64_t (*deadline)(void* context);
  /* Something wrong with the settings, at `setting` (its name). [store-thread], only during open()
   */
  void (*problem)(void* context, corsac_text code, corsac_text setting, corsac_text what,
                  corsac_text fix);
  /* Reads a JSON document into the sink, with the core's own limits: a store of JSON needs no
   * parser. CORSAC_OK; CORSAC_INVALID, after the problems were handed to the sink; or
   * CORSAC_CANCELLED. Does not call source() or finish(). [store-thread], only during read() */
  int32_t (*feed_json)(void* context, const corsac_sink* sink, const char* bytes, size_t length);
  /* A service that a later core may have, by name; null when it has not. [any-thread] */
  const void* (*extension)(void* context, corsac_text name);
} corsac_host;

/* The host's extension CORSAC_HOST_RETRY: for stores that are told when to come again. */
#define CORSAC_HOST_RETRY "corsac.host.retry/1"
typedef struct corsac_host_retry {
  uint32_t size;
  /* The place asks to be left alone for so many nanoseconds from now (Retry-After, a rate limit).
   * Counts when this read gives no document: the next one begins no earlier, unless a person asks
   * for it. The core caps it. The last call of a read counts; not above 0 = no wish. `context` is
   * that of the corsac_host. [store-thread], only during read() */
  void (*retry_after)(void* context, int64_t nanoseconds);
} corsac_host_retry;

/* The host's extension CORSAC_HOST_PROGRESS: for whoever waits for a long transfer. A core that
 * does not want to know has no such extension. */
#define CORSAC_HOST_PROGRESS "corsac.host.progress/1"
typedef struct corsac_host_progress {
  uint32_t size;
  /* The call under way has moved so many bytes, of `total` in all; 0 = not known. May be called for
   * each piece; bytes may go back when the store begins again. `context` is that of the
   * corsac_host. [store-thread] */
  void (*moved)(void* context, uint64_t bytes, uint64_t total);
} corsac_host_progress;

/* The host's extension CORSAC_HOST_FAILURE: for whoever waits for one read or one write, and then
 * corrects what is wrong. A server, which tries again, has no such extension and needs the log. */
#define CORSAC_HOST_FAILURE "corsac.host.failure/1"
typedef struct corsac_failure {
  uint32_t size;    /* sizeof(corsac_failure) of the plugin */
  corsac_text code; /* as that of a problem, "redis-refused" */
  /* The setting that must be changed before the place answers us (a password, a user, a name of
   * something there): it does answer. Empty = no setting is known to be wrong. */
  corsac_text setting;
  corsac_text what; /* a clause */
  corsac_text fix;  /* an imperative, or empty */
  /* Of a writing call: 1 = nothing can have been written, whatever it returns. */
  int32_t has_written_nothing;
} corsac_failure;
typedef struct corsac_host_failure {
  uint32_t size;
  /* Why the call under way gives no document, or does not write; the last call counts. All texts
   * are borrowed for the call and hold no secrets. `context` is that of the corsac_host.
   * [store-thread], during a call that reads or writes */
  void (*failed)(void* context, const corsac_failure* failure);
} corsac_host_failure;

/* The host's extension CORSAC_HOST_SWITCH: for stores whose revisions are ordered. */
#define CORSAC_HOST_SWITCH "corsac.host.switch/1"
typedef struct corsac_host_switch {
  uint32_t size;
  /* Since the last read that gave a document the connection to the place was lost, or another
   * server gives this one: a fail-over, a restart, another role. A revision `counter:nonce` that
   * went back is then taken at once; without this call, when a second read 5 s later still shows
   * it. `context` is that of the corsac_host. [store-thread], only during read() */
  void (*switched)(void* context);
} corsac_host_switch;

/* One entry of the [store] table that is the plugin's own. Values are texts, whatever they were in
 * the file: 30 is "30", true is "true". `file` and others that name files are relative to
 * `corsac_settings.directory`. */
typedef struct corsac_setting {
  corsac_text name;
  corsac_text value;
} corsac_setting;

typedef struct corsac_settings {
  uint32_t size;
  corsac_text directory; /* absolute; what relative paths are relative to */
  const corsac_setting* entries;
  size_t count;
} corsac_settings;

typedef struct corsac_store_plugin_v1 {
  uint32_t magic;      /* CORSAC_STORE_PLUGIN_MAGIC */
  uint16_t abi_major;  /* CORSAC_STORE_PLUGIN_ABI_MAJOR */
  uint16_t abi_minor;  /* CORSAC_STORE_PLUGIN_ABI_MINOR */
  uint32_t size;       /* sizeof(corsac_store_plugin_v1) */
  const char* name;    /* null-terminated, [a-z0-9_-]{1,32}: what `plugin = "..."` says */
  const char* version; /* null-terminated, of the plugin, for messages */

  /* Makes a store. On CORSAC_OK `*store` is the plugin's own pointer, not null, which every later
   * call gets.
   * On CORSAC_INVALID (a setting is wrong, all of them reported through host.problem) and every
   * other answer `*store` is not looked at and close() is not called. Opens no connection that may
   * take long: read() does. [store-thread] */
  int32_t (*open)(const corsac_host* host, const corsac_settings* settings, void** store);
  /* Hands the whole document to the sink. Returns before host.deadline. [store-thread] */
  int32_t (*read)(void* store, const corsac_sink* sink);
  /* The call under way returns within one second; without one, nothing. [any-thread] */
  void (*interrupt)(void* store);
  /* Frees everything; stops the plugin's own threads first. [store-thread] */
  void (*close)(void* store);
  /* What this plugin can do besides, by name ("corsac.store.write/1"); null when it cannot. The
   * answer is a table that lives as long as the library. May be null. [any-thread] */
  const void* (*extension)(corsac_text name);
} corsac_store_plugin_v1;

/* The name of the exported symbol. */
#define CORSAC_STORE_PLUGIN_SYMBOL "corsac_store_plugin"

#ifdef __cplusplus
}
#endif

#endif
