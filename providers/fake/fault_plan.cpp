#include "providers/fake/fault_plan.h"

#include <algorithm>

#include "providers/fake/profile_fields.h"
#include "providers/fake/words.h"

namespace mapisync::fake {
namespace {

using Words = std::vector<std::string>;

constexpr EnumName<PortCall> kCalls[] = {
    {PortCall::any, "call"},
    {PortCall::open_session, "open-session"},
    {PortCall::open_mailbox, "open-mailbox"},
    {PortCall::identity, "identity"},
    {PortCall::root, "root"},
    {PortCall::open_hierarchy, "open-hierarchy"},
    {PortCall::folder_table, "folder-table"},
    {PortCall::open_folder, "open-folder"},
    {PortCall::open_writer, "open-writer"},
    {PortCall::counters, "counters"},
    {PortCall::open_exporter, "open-exporter"},
    {PortCall::open_table, "open-table"},
    {PortCall::probe, "probe"},
    {PortCall::compose_state, "compose-state"},
    {PortCall::config, "config"},
    {PortCall::config_selective, "config-selective"},
    {PortCall::synchronize, "synchronize"},
    {PortCall::update_state, "update-state"},
    {PortCall::table_next, "table-next"},
    {PortCall::table_rewind, "table-rewind"},
    {PortCall::row_count, "row-count"},
    {PortCall::hierarchy_config, "hierarchy-config"},
    {PortCall::hierarchy_synchronize, "hierarchy-synchronize"},
    {PortCall::hierarchy_update_state, "hierarchy-update-state"},
    {PortCall::compose_add, "compose-add"},
    {PortCall::compose_finish, "compose-finish"},
    {PortCall::writer_delete, "writer-delete"},
    {PortCall::writer_move, "writer-move"},
};

constexpr EnumName<RowFault> kRowFaults[] = {{RowFault::no_source_key, "no-source-key"},
                                             {RowFault::no_change_key, "no-change-key"},
                                             {RowFault::no_ref, "no-ref"},
                                             {RowFault::bad_columns, "bad-columns"}};

Failure wrong(std::string why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, std::move(why)); }

// --- Printing ---

// Prints each field of one struct that differs from another: both are visited in step.
struct FieldTexts {
  std::vector<std::pair<std::string, std::string>> fields;
  template <class E, std::size_t N>
  void named(const char* key, const E& value, const EnumName<E> (&names)[N]) {
    fields.emplace_back(key, name_by_value(names, value));
  }
  template <class N>
  void number(const char* key, const N& value) {
    fields.emplace_back(key, std::to_string(value));
  }
  void code(const char* key, const Errc& value) { fields.emplace_back(key, name_of(value)); }
};

void print_differences(std::string& out, const char* directive, const FieldTexts& mine, const FieldTexts& usual) {
  for (std::size_t i = 0; i < mine.fields.size(); ++i) {
    if (mine.fields[i] == usual.fields[i]) continue;
    out += std::string(directive) + " " + mine.fields[i].first + " " + mine.fields[i].second + "\n";
  }
}

std::string print(const PlannedFailure& f) {
  std::string out = std::string("fail ") + name_of(f.call) + " " + std::to_string(f.nth) + " " + name_of(f.code);
  if (f.times != 1) out += " times " + std::to_string(f.times);
  if (f.wait.count() != 0) out += " wait " + std::to_string(f.wait.count());
  return out + "\n";
}

// --- Parsing ---

// Sets the one field whose key matches.
struct FieldSetter {
  std::string_view key, value;
  bool found{false}, valid{false};
  template <class E, std::size_t N>
  void named(const char* name, E& field, const EnumName<E> (&names)[N]) {
    if (key != name) return;
    found = true;
    const std::optional<E> parsed = value_by_name(names, value);
    valid = parsed.has_value();
    if (parsed) field = *parsed;
  }
  template <class N>
  void number(const char* name, N& field) {
    if (key != name) return;
    found = true;
    valid = parse_number(value, field);
  }
  void code(const char* name, Errc& field) {
    if (key != name) return;
    found = true;
    const std::optional<Errc> parsed = server_code_by_name(value);
    valid = parsed.has_value();
    if (parsed) field = *parsed;
  }
  Result<void> outcome() const {
    if (!found) return wrong("unknown setting \"" + std::string(key) + "\"");
    if (!valid) return wrong("bad value \"" + std::string(value) + "\" of " + std::string(key));
    return success();
  }
};

Result<void> expect(const Words& words, std::size_t least, std::size_t most) {
  if (words.size() < least) return wrong(words[0] + ": something is missing");
  if (words.size() > most) return wrong(words[0] + ": too many words");
  return success();
}

Result<void> parse_profile(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 2, 2));
  if (w[1] == "exchange-2010")
    plan.server = ServerProfile::exchange_2010();
  else if (w[1] == "exchange-2007")
    plan.server = ServerProfile::exchange_2007();
  else if (w[1] == "calm")
    plan.server = ServerProfile::calm();
  else if (w[1] == "prefix-server")
    plan.server = ServerProfile::prefix_server();
  else
    return wrong("unknown profile \"" + w[1] + "\"");
  return success();
}

Result<void> parse_seed(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 2, 2));
  if (!parse_number(w[1], plan.seed)) return wrong("bad seed \"" + w[1] + "\"");
  return success();
}

Result<void> parse_server(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 3, 3));
  FieldSetter setter{w[1], w[2]};
  visit_server(plan.server, setter);
  return setter.outcome();
}

Result<void> parse_announce(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 3, 3));
  FieldSetter setter{w[1], w[2]};
  visit_announced(plan.server.announced, setter);
  return setter.outcome();
}

Result<void> parse_call(const Words& w, PortCall& call, std::uint64_t& nth) {
  const std::optional<PortCall> parsed = value_by_name(kCalls, w[1]);
  if (!parsed) return wrong("unknown operation \"" + w[1] + "\"");
  call = *parsed;
  if (!parse_number(w[2], nth) || nth == 0) return wrong("\"" + w[2] + "\" is no number from 1");
  return success();
}

Result<void> parse_fail(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 4, 8));
  PlannedFailure failure;
  MAPISYNC_TRYV(parse_call(w, failure.call, failure.nth));
  const std::optional<Errc> code = server_code_by_name(w[3]);
  if (!code) return wrong("unknown code \"" + w[3] + "\"");
  failure.code = *code;
  for (std::size_t i = 4; i < w.size(); i += 2) {
    if (i + 1 >= w.size()) return wrong("\"" + w[i] + "\" needs a number");
    std::uint64_t number = 0;
    constexpr std::uint64_t kMost = 1'000'000'000'000;
    if (!parse_number(w[i + 1], number) || number > kMost) return wrong("bad number \"" + w[i + 1] + "\"");
    if (w[i] == "times" && number > 0)
      failure.times = number;
    else if (w[i] == "wait")
      failure.wait = std::chrono::milliseconds(number);
    else
      return wrong("unknown word \"" + w[i] + "\"");
  }
  plan.failures.push_back(failure);
  return success();
}

Result<void> parse_damage(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 3, 4));
  PlannedDamage damage{w[1], {}};
  const std::optional<DamageKind> kind = damage_kind_by_name(w[2]);
  if (!kind) return wrong("unknown kind of damage \"" + w[2] + "\"");
  damage.damage.kind = *kind;
  if (w.size() > 3) {
    const std::optional<Errc> code = server_code_by_name(w[3]);
    if (!code) return wrong("unknown code \"" + w[3] + "\"");
    damage.damage.code = *code;
  }
  plan.damages.push_back(std::move(damage));
  return success();
}

Result<void> parse_row(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 3, 3));
  const std::optional<RowFault> fault = value_by_name(kRowFaults, w[2]);
  if (!fault) return wrong("unknown fault of a row \"" + w[2] + "\"");
  plan.row_faults.push_back({w[1], *fault});
  return success();
}

Result<void> parse_at(FaultPlan& plan, const Words& w) {
  MAPISYNC_TRYV(expect(w, 5, w.size()));
  PlannedEvent event;
  MAPISYNC_TRYV(parse_call(w, event.call, event.nth));
  if (w[3] != "do") return wrong("expected \"do\", not \"" + w[3] + "\"");
  WorldVerb verb{{w.begin() + 4, w.end()}};
  MAPISYNC_TRY(checked, WorldVerb::parse(verb.to_string()));
  event.verb = std::move(checked);
  plan.events.push_back(std::move(event));
  return success();
}

struct Directive {
  const char* name;
  Result<void> (*parse)(FaultPlan&, const Words&);
};
constexpr Directive kDirectives[] = {{"profile", parse_profile},   {"seed", parse_seed}, {"server", parse_server},
                                     {"announce", parse_announce}, {"fail", parse_fail}, {"damage", parse_damage},
                                     {"row", parse_row},           {"at", parse_at}};

Result<void> parse_line(FaultPlan& plan, std::string_view line) {
  MAPISYNC_TRY(words, split_words(line));
  if (words.empty()) return success();
  for (const Directive& directive : kDirectives) {
    if (words[0] == directive.name) return directive.parse(plan, words);
  }
  return wrong("unknown directive \"" + words[0] + "\"");
}

}  // namespace

const char* name_of(PortCall call) noexcept { return name_by_value(kCalls, call); }

FaultPlan FaultPlan::calm() {
  FaultPlan plan;
  plan.server = ServerProfile::calm();
  return plan;
}

std::string FaultPlan::to_string() const {
  const FaultPlan usual;
  std::string out;
  if (seed != usual.seed) out += "seed " + std::to_string(seed) + "\n";
  FieldTexts mine, theirs;
  visit_server(server, mine);
  visit_server(usual.server, theirs);
  print_differences(out, "server", mine, theirs);
  FieldTexts told, untold;
  visit_announced(server.announced, told);
  visit_announced(usual.server.announced, untold);
  print_differences(out, "announce", told, untold);
  for (const PlannedFailure& failure : failures) out += print(failure);
  for (const PlannedDamage& d : damages) {
    out += "damage " + quote_word(d.message) + " " + name_of(d.damage.kind) + " " + name_of(d.damage.code) + "\n";
  }
  for (const PlannedRowFault& row : row_faults) {
    out += "row " + quote_word(row.message) + " " + name_by_value(kRowFaults, row.fault) + "\n";
  }
  for (const PlannedEvent& event : events) {
    out += std::string("at ") + name_of(event.call) + " " + std::to_string(event.nth) + " do " +
           event.verb.to_string() + "\n";
  }
  return out;
}

Result<FaultPlan> FaultPlan::parse(std::string_view text) {
  if (text.size() > kPlanBytesMax) return wrong("a fault plan of more than 1 MiB");
  FaultPlan plan;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++number;
    Result<void> parsed = parse_line(plan, line);
    if (!parsed) {
      Failure failure = std::move(parsed).error();
      failure.context = "line " + std::to_string(number) + ": " + failure.context;
      return failure;
    }
  }
  return plan;
}

}  // namespace mapisync::fake
