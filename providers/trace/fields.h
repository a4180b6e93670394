// What the values of the ports consist of, once for writing (Packer) and reading (Unpacker). The order is the format.
#pragma once

#include <variant>

#include "engine/model/asking.h"
#include "engine/model/change.h"
#include "engine/model/checkpoint.h"
#include "engine/model/finding.h"
#include "engine/model/folder.h"
#include "engine/model/ledger.h"
#include "engine/model/message.h"
#include "engine/model/records.h"
#include "engine/model/table_row.h"
#include "engine/model/unsettled.h"
#include "engine/ports/capabilities.h"
#include "engine/ports/change_sink.h"
#include "engine/ports/exporter.h"
#include "engine/ports/provider.h"
#include "providers/trace/packer.h"

namespace mapisync::trace {

/// Of an enumeration that is no count of anything: the number, whatever it is.
inline constexpr auto kAnyErrc = static_cast<Errc>(10'000);

template <class A>
void fields(A& a, typename A::template Ref<SyncState> state) {
  a.raw(state.bytes);
  a.choice(state.origin, StateOrigin::composed);
}

template <class A>
void fields(A& a, typename A::template Ref<Failure> failure) {
  if constexpr (A::kReads) {
    Errc code{};
    a.choice(code, kAnyErrc);
    failure.code = make_error_code(code);
  } else {
    a.choice(failure.errc(), kAnyErrc);
  }
  a.choice(failure.scope, Scope::process);
  a.choice(failure.retry, Retry::never);
  a.number(failure.raw_code);
  if constexpr (A::kReads) {
    std::int64_t wait = 0;
    a.number(wait);
    if (wait < 0 || wait > kMicrosMax / 1'000'000) a.refuse("a wait that cannot be");
    failure.wait = std::chrono::milliseconds(a.ok() ? wait : 0);
  } else {
    a.number(static_cast<std::int64_t>(failure.wait.count()));
  }
  a.words(failure.context);
}

template <class A>
void fields(A& a, typename A::template Ref<FolderInfo> info) {
  a.id(info.key);
  a.id(info.parent);
  a.folder_name(info.name);
  a.raw(info.container_class);
  a.choice(info.role, FolderRole::junk);
  a.choice(info.kind, FolderKind::search);
  a.id(info.change_key);
  a.number(info.is_root);
}

template <class A>
void fields(A& a, typename A::template Ref<FolderCounters> counters) {
  const auto number = [&a](auto& value) { a.number(value); };
  a.optional(counters.commit_time_max, number);
  a.optional(counters.deleted_total, number);
  a.optional(counters.normal, number);
  a.optional(counters.associated, number);
}

template <class A>
void fields(A& a, typename A::template Ref<MailboxIdentity> identity) {
  a.raw(identity.mailbox_guid);
  a.raw(identity.mapping_signature);
  a.personal(identity.display_name);
}

template <class A>
void fields(A& a, typename A::template Ref<Capabilities> can) {
  a.choice(can.selective_sync, Known::yes);
  a.number(can.selective_list_max);
  a.choice(can.id_form, IdForm::entry_id);
  a.choice(can.catch_up, CatchUp::expensive);
  a.choice(can.composed_state, Known::yes);
  a.choice(can.per_message_errors, Known::yes);
  a.choice(can.restriction, Known::yes);
  a.choice(can.interruptible, Known::yes);
  a.choice(can.writes, Known::yes);
  a.number(can.exact_sizes);
  a.raw(can.placeholder);
}

template <class A, class C, class Field>
void column(A& a, C& column, Field field) {
  a.optional(column.value, field);
  a.choice(column.error, kAnyErrc);
}

template <class A>
void fields(A& a, typename A::template Ref<TableRow> row) {
  const auto time = [&a](auto& value) { a.time(value); };
  const auto personal = [&a](auto& value) { a.personal(value); };
  const auto raw = [&a](auto& value) { a.raw(value); };
  const auto number = [&a](auto& value) { a.number(value); };
  a.id(row.ref);
  a.id(row.source_key);
  a.id(row.change_key);
  a.number(row.associated);
  column(a, row.read, number);
  column(a, row.size, number);
  column(a, row.delivered, time);
  column(a, row.modified, time);
  column(a, row.committed, time);
  column(a, row.sender, personal);
  column(a, row.subject, personal);
  column(a, row.message_class, raw);
  column(a, row.internet_message_id, personal);
  column(a, row.search_key, raw);
  column(a, row.recipients, personal);
  column(a, row.sent, time);
}

template <class A>
void fields(A& a, typename A::template Ref<MessageHeader> header) {
  a.id(header.source_key);
  a.id(header.change_key);
  a.raw(header.predecessor_change_list);
  a.time(header.last_modified);
  a.number(header.associated);
  a.id(header.ref);
  a.optional(header.size, [&a](auto& size) { a.number(size); });
}

template <class A>
void fields(A& a, typename A::template Ref<ReadStateChange> change) {
  a.id(change.key);
  a.number(change.read);
}

template <class A>
void fields(A& a, typename A::template Ref<StepResult> step) {
  a.number(step.done);
  a.number(step.steps);
  a.number(step.progress);
}

template <class A>
void fields(A& a, typename A::template Ref<SelectiveItem> item) {
  a.id(item.ref);
  a.id(item.key);
}

template <class A>
void fields(A& a, typename A::template Ref<ConfigOptions> options) {
  fields(a, options.state);
  a.number(options.flags);
  a.list(options.excluded, [&a](auto& key) { a.id(key); });
  a.list(options.include, [&a](auto& tag) { a.number(tag); });
  a.list(options.exclude, [&a](auto& tag) { a.number(tag); });
  a.number(options.buffer_size);
  a.choice(options.id_form, IdForm::entry_id);
}

template <class A>
void fields(A& a, typename A::template Ref<SinkAnswer> answer) {
  a.choice(answer.kind, SinkAnswer::Kind::later);
  a.words(answer.reason);
}

// --- What a store holds ---

template <class A>
void fields(A& a, typename A::template Ref<MailboxRecord> record) {
  fields(a, record.identity);
  fields(a, record.hierarchy_state);
  a.raw(record.root_path);
  a.raw(record.capabilities);
  a.raw(record.server_version);
}

template <class A, class Id>
void row_number(A& a, Id& id) {
  auto value = static_cast<std::int64_t>(id);
  a.number(value);
  if constexpr (A::kReads) id = static_cast<std::remove_const_t<Id>>(value);
}

template <class A>
void fields(A& a, typename A::template Ref<FolderRecord> record) {
  row_number(a, record.id);
  fields(a, record.info);
  a.optional(record.deleted_at, [&a](auto& at) { a.time(at); });
  a.number(record.deletion_held);
}

template <class A>
void fields(A& a, typename A::template Ref<RunRecord> run) {
  row_number(a, run.id);
  a.time(run.started);
  a.optional(run.finished, [&a](auto& at) { a.time(at); });
  a.optional(run.grade, [&a](auto& grade) { a.choice(grade, Grade::incomplete); });
  a.number(run.delivered);
  a.number(run.deleted);
  a.number(run.read_changes);
  a.number(run.quarantined);
  a.number(run.released);
  a.number(run.calls);
  a.number(run.failing_calls);
  a.number(run.bytes);
  a.raw(run.version);
}

template <class A>
void fields(A& a, typename A::template Ref<Checkpoint> point) {
  fields(a, point.state);
  a.number(point.flags);
  a.list(point.excluded, [&a](auto& key) { a.id(key); });
  fields(a, point.counters);
  a.number(point.pass_partial);
  a.number(point.sweep_due);
  a.number(point.table_mode);
  a.raw(point.blocked_by);
  a.number(point.runs_since_sweep);
  a.optional(point.agreement, [&a](auto& agreement) {
    fields(a, agreement.counters);
    a.number(agreement.normal);
    a.number(agreement.associated);
  });
  a.raw(point.frontier);
  row_number(a, point.finished);
  a.number(point.adoption_due);
  a.optional(point.passed_at, [&a](auto& at) { a.time(at); });
}

template <class A>
void fields(A& a, typename A::template Ref<Asking> asking) {
  a.raw(asking.now);
  a.raw(asking.lost);
}

template <class A>
void fields(A& a, typename A::template Ref<LedgerRow> row) {
  const auto time = [&a](auto& at) { a.time(at); };
  a.id(row.key);
  a.id(row.change_key);
  a.id(row.search_key);
  a.id(row.ref);
  a.number(row.read);
  a.number(row.associated);
  a.number(row.size);
  a.choice(row.completeness, Completeness::partial);
  a.choice(row.coverage, Coverage::arriving);
  a.number(row.held);
  row_number(a, row.run);
  a.personal(row.internet_message_id);
  a.optional(row.delivered, time);
  a.optional(row.modified, time);
}

template <class A>
void fields(A& a, typename A::template Ref<Evidence> evidence) {
  a.choice(evidence.kind, TroubleKind::importer_rejected);
  a.choice(evidence.code, kAnyErrc);
  a.number(evidence.raw_code);
  a.words(evidence.stage);
  a.words(evidence.detail);
  a.number(evidence.strikes);
  a.number(evidence.strikes_needed);
  a.number(evidence.controls);
  a.number(evidence.calls);
}

template <class A>
void fields(A& a, typename A::template Ref<UnsettledRow> row) {
  const auto time = [&a](auto& at) { a.time(at); };
  a.choice(row.cls, UnsettledClass::refused);
  fields(a, row.row);
  a.number(row.rank);
  fields(a, row.evidence);
  a.optional(row.first_seen, time);
  a.optional(row.last_seen, time);
  a.optional(row.next_retry, time);
  a.number(row.attempts);
  a.number(row.had_verdict);
  a.number(row.announced);
  row_number(a, row.run);
}

template <class A>
void fields(A& a, typename A::template Ref<Finding> finding) {
  a.choice(finding.kind, FindingKind::server_lost);
  row_number(a, finding.folder);
  a.optional(finding.key, [&a](auto& key) { a.id(key); });
  a.choice(finding.code, kAnyErrc);
  a.words(finding.detail);
  a.time(finding.first_seen);
  a.time(finding.last_seen);
  a.number(finding.times);
  a.number(finding.announced);
  row_number(a, finding.run);
}

}  // namespace mapisync::trace
