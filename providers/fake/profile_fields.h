// The fields of a ServerProfile by name, for printing and parsing alike. Private to the fault plan.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "providers/fake/server_codes.h"
#include "providers/fake/server_profile.h"

namespace mapisync::fake {

template <class E>
struct EnumName {
  E value;
  const char* name;
};

// One list of names for each type; found by overload.
inline constexpr EnumName<Known> kKnown[] = {{Known::unknown, "unknown"}, {Known::no, "no"}, {Known::yes, "yes"}};
inline constexpr EnumName<IdForm> kIdForm[] = {
    {IdForm::unknown, "any"}, {IdForm::source_key, "source-key"}, {IdForm::entry_id, "entry-id"}};
inline constexpr EnumName<CatchUp> kCatchUp[] = {
    {CatchUp::unknown, "unknown"}, {CatchUp::none, "none"}, {CatchUp::free, "free"}, {CatchUp::expensive, "expensive"}};
inline constexpr EnumName<WrongForm> kWrongForm[] = {{WrongForm::refuse, "refuse"}, {WrongForm::empty, "empty"}};
inline constexpr EnumName<RecoverMode> kRecoverMode[] = {{RecoverMode::reject, "reject"},
                                                         {RecoverMode::accept, "accept"},
                                                         {RecoverMode::skip, "skip"},
                                                         {RecoverMode::report, "report"}};
inline constexpr EnumName<ExportOrder> kExportOrder[] = {{ExportOrder::table, "table"},
                                                         {ExportOrder::insertion, "insertion"},
                                                         {ExportOrder::newest, "newest"},
                                                         {ExportOrder::shuffle, "shuffle"},
                                                         {ExportOrder::reshuffle, "reshuffle"}};
inline constexpr EnumName<CheckpointMode> kCheckpointMode[] = {{CheckpointMode::initial, "initial"},
                                                               {CheckpointMode::live, "live"}};
inline constexpr EnumName<ProgressTelling> kProgress[] = {
    {ProgressTelling::exact, "exact"}, {ProgressTelling::rough, "rough"}, {ProgressTelling::zero, "zero"}};
inline constexpr EnumName<CountersTelling> kCounters[] = {
    {CountersTelling::exact, "exact"}, {CountersTelling::offset, "offset"}, {CountersTelling::absent, "absent"}};
inline constexpr EnumName<Leftover> kLeftover[] = {
    {Leftover::none, "none"}, {Leftover::some, "some"}, {Leftover::culprit, "culprit"}, {Leftover::first, "first"}};
inline constexpr EnumName<GivenRule> kGivenRule[] = {{GivenRule::exact, "exact"}, {GivenRule::drop, "drop"}};
inline constexpr EnumName<KnownBy> kKnownBy[] = {{KnownBy::number, "number"},
                                                 {KnownBy::number_and_id, "number-and-id"}};
inline constexpr EnumName<Answer> kAnswer[] = {{Answer::refuse, "refuse"}, {Answer::accept, "accept"}};
inline constexpr EnumName<OldState> kOldState[] = {{OldState::refuse, "refuse"},
                                                   {OldState::not_found, "not-found"},
                                                   {OldState::restart, "restart"},
                                                   {OldState::silent, "silent"}};
inline constexpr EnumName<bool> kBool[] = {{false, "no"}, {true, "yes"}};

template <class E, std::size_t N>
std::optional<E> value_by_name(const EnumName<E> (&names)[N], std::string_view name) {
  for (const EnumName<E>& entry : names) {
    if (name == entry.name) return entry.value;
  }
  return std::nullopt;
}
template <class E, std::size_t N>
const char* name_by_value(const EnumName<E> (&names)[N], E value) {
  for (const EnumName<E>& entry : names) {
    if (value == entry.value) return entry.name;
  }
  return "?";
}

/// The whole of `text` as a number; false if it is none or too large.
template <class N>
bool parse_number(std::string_view text, N& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// Calls visit.named(key, field, names), visit.number(key, field) or visit.code(key, field) for every setting.
template <class Profile, class Visitor>
void visit_server(Profile& s, Visitor&& visit) {
  visit.named("selective-sync", s.selective_sync, kKnown);
  visit.number("selective-list-max", s.selective_list_max);
  visit.named("id-form", s.id_form, kIdForm);
  visit.named("wrong-form", s.wrong_form, kWrongForm);
  visit.named("catch-up", s.catch_up, kCatchUp);
  visit.named("composed-state", s.composed_state, kKnown);
  visit.named("recover-mode", s.recover_mode, kRecoverMode);
  visit.named("restriction", s.restriction, kKnown);
  visit.named("interruptible", s.interruptible, kKnown);
  visit.named("writes", s.writes, kKnown);
  visit.named("exact-sizes", s.exact_sizes, kBool);
  visit.named("tells-placeholder", s.tells_placeholder, kBool);
  visit.named("order", s.order, kExportOrder);
  visit.number("buffer-bytes", s.buffer_bytes);
  visit.number("buffer-messages", s.buffer_messages);
  visit.named("buffer-lost", s.buffer_lost, kBool);
  visit.named("leftover", s.leftover, kLeftover);
  visit.named("settle-first", s.settle_first, kBool);
  visit.number("never-seen-deletions", s.never_seen_deletions);
  visit.number("duplicates-per-mille", s.duplicates_per_mille);
  visit.named("end-alone", s.end_alone, kBool);
  visit.named("progress", s.progress, kProgress);
  visit.number("abort-after", s.abort_after);
  visit.code("abort-code", s.abort_code);
  visit.number("transient-per-mille", s.transient_per_mille);
  visit.code("transient-code", s.transient_code);
  visit.named("checkpoint", s.checkpoint, kCheckpointMode);
  visit.named("selective-state", s.selective_state, kAnswer);
  visit.named("other-restriction", s.other_restriction, kAnswer);
  visit.named("refuse-states", s.refuse_states, kBool);
  visit.named("spoiled-states", s.spoiled_states, kAnswer);
  visit.number("state-fails-after", s.state_fails_after);
  visit.number("retention", s.retention);
  visit.named("old-states", s.old_states, kOldState);
  visit.named("given", s.given, kGivenRule);
  visit.named("known-by", s.known_by, kKnownBy);
  visit.named("config-twice", s.config_twice, kAnswer);
  visit.number("page-rows", s.page_rows);
  visit.named("counters", s.counters, kCounters);
  visit.number("counters-offset", s.counters_offset);
  visit.number("logons-max", s.logons_max);
  visit.number("exporters-max", s.exporters_max);
  visit.number("folders-max", s.folders_max);
  visit.number("tables-max", s.tables_max);
  visit.number("revives-after", s.revives_after);
}

template <class Caps, class Visitor>
void visit_announced(Caps& c, Visitor&& visit) {
  visit.named("selective-sync", c.selective_sync, kKnown);
  visit.number("selective-list-max", c.selective_list_max);
  visit.named("id-form", c.id_form, kIdForm);
  visit.named("catch-up", c.catch_up, kCatchUp);
  visit.named("composed-state", c.composed_state, kKnown);
  visit.named("per-message-errors", c.per_message_errors, kKnown);
  visit.named("restriction", c.restriction, kKnown);
  visit.named("interruptible", c.interruptible, kKnown);
  visit.named("writes", c.writes, kKnown);
}

}  // namespace mapisync::fake
