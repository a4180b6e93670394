#include "tests/sim/generator.h"

#include <array>
#include <initializer_list>

#include "providers/fake/seeded.h"
#include "providers/fake/server_codes.h"
#include "tests/sim/random_server.h"

namespace mapisync::sim {

namespace {

using fake::PortCall;
using test::MirrorKind;

constexpr std::array kCodes = {Errc::network, Errc::call_failed, Errc::corrupt_data,     Errc::session_lost,
                               Errc::busy,    Errc::timeout,     Errc::out_of_resources, Errc::out_of_memory};
constexpr std::array kDamageCodes = {Errc::corrupt_data, Errc::corrupt_data, Errc::call_failed, Errc::out_of_memory,
                                     Errc::no_access,    Errc::too_big,      Errc::network,     Errc::unclassified};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed * 2 + 1) { history_.setup.seed = seed; }

  History make() {
    arrange();
    beginning();
    const std::uint64_t runs = 1 + random_.below(5);
    // Many histories are about few things, so that what they find can be told apart; some are about everything.
    troubled_ = !chance(300);
    for (std::uint64_t run = 0; run < runs; ++run) {
      const std::uint64_t changes = run == 0 ? random_.below(3) : 1 + random_.below(5);
      for (std::uint64_t i = 0; i < changes; ++i) change(at_some_call(250));
      if (troubled_) trouble();
      own_side();
      push({.kind = StepKind::run});
    }
    return std::move(history_);
  }

 private:
  bool chance(std::uint32_t per_mille) { return random_.per_mille(per_mille); }
  template <class List>
  auto one_of(const List& list) {
    return list[random_.below(list.size())];
  }
  void push(Step step) { history_.steps.push_back(std::move(step)); }
  void say(std::uint64_t at, std::vector<std::string> words) {
    Step step;
    step.kind = StepKind::verb;
    step.at = at;
    step.verb.words = std::move(words);
    push(std::move(step));
  }

  // --- The world ---

  void arrange() {
    Setup& setup = history_.setup;
    setup.server = random_server(random_);
    const std::uint64_t kind = random_.below(100);
    setup.mirror = kind < 4 ? MirrorKind::sqlite : kind < 24 ? MirrorKind::separate : MirrorKind::memory;
    setup.standard_folders = chance(100);
    SyncOptions& options = setup.options;
    if (chance(250)) options.batch_messages_max = static_cast<std::uint32_t>(1 + random_.below(3));
    if (chance(150)) options.selective_list_max = static_cast<std::uint32_t>(1 + random_.below(4));
    if (chance(250)) options.table_page_rows = static_cast<std::uint32_t>(1 + random_.below(4));
    if (chance(250)) options.probes_max = static_cast<std::uint32_t>(random_.below(3));
    if (chance(250)) options.sweep_every_runs = static_cast<std::uint32_t>(1 + random_.below(3));
    if (chance(100)) options.isolation_method = one_of(kIsolationMethods);
    if (chance(80)) options.limits.calls = 1 + random_.below(3);
    if (chance(80)) {
      options.deletion_guard_count = random_.below(3);
      options.deletion_guard_share = 0.3;
    }
  }

  void beginning() {
    folders_ = {"Inbox"};
    say(0, {"add-folder", "Inbox"});
    const std::uint64_t more = random_.below(3);
    for (std::uint64_t i = 0; i < more; ++i) add_folder(0);
    const std::uint64_t messages = 2 + random_.below(8);
    for (std::uint64_t i = 0; i < messages; ++i) add(0);
    while (chance(250)) damage(0);
    if (chance(700)) push({.kind = StepKind::run});
  }

  // --- Users, and what happens to mail ---

  /// Between the runs, or before some call of the next one.
  std::uint64_t at_some_call(std::uint32_t per_mille) {
    if (!chance(per_mille)) return 0;
    return 1 + random_.below(chance(500) ? 20 : 90);
  }

  std::string message() { return labels_.empty() ? "m0" : one_of(labels_); }
  std::string folder() { return one_of(folders_); }

  void add(std::uint64_t at) {
    const std::string label = "m" + std::to_string(++next_);
    std::vector<std::string> words = {"add", folder(), label};
    if (chance(80)) words.emplace_back("associated");
    if (chance(200)) words.emplace_back("read");
    if (chance(60)) words.emplace_back("foreign");
    say(at, std::move(words));
    labels_.push_back(label);
  }

  void add_folder(std::uint64_t at) {
    static constexpr std::array kNames = {"A", "B", "Zoo", "Archive"};
    const std::string name = one_of(kNames);
    const std::string path = chance(300) ? folder() + "/" + name : name;
    say(at, {"add-folder", path});
    folders_.push_back(path);
  }

  void damage(std::uint64_t at) {
    static constexpr std::array kKinds = {"abort", "abort",    "abort",       "abort", "hide", "hide-as-deleted",
                                          "abort", "truncate", "placeholder", "stall", "hide", "server-death"};
    std::vector<std::string> words = {"break", message(), one_of(kKinds), mapisync::name_of(one_of(kDamageCodes))};
    if (chance(600)) words.emplace_back("new-version");
    say(at, std::move(words));
  }

  void heal(std::uint64_t at) {
    std::vector<std::string> words = {"heal", message()};
    if (chance(500)) words.emplace_back("new-version");
    say(at, std::move(words));
  }

  void change(std::uint64_t at) {
    const std::uint64_t which = random_.below(100);
    if (which < 16) return add(at);
    if (which < 29) return say(at, {"modify", message()});
    if (which < 45) return damage(at);
    if (which < 53) return heal(at);
    if (which < 62) return say(at, {"delete", message()});
    if (which < 66) return say(at, {"soft-delete", message()});
    if (which < 69) return say(at, {"return", message()});
    if (which < 76) return say(at, {"move", message(), folder()});
    if (which < 82) return say(at, {chance(700) ? "read" : "unread", message()});
    if (which < 84) return copy(at);
    if (which < 86) return say(at, {chance(700) ? "hide-change-key" : "show-change-key", message()});
    if (which < 96) return change_folder(at);
    if (which < 98) return say(at, {"spoil-states"});
    move_mailbox();
  }

  void copy(std::uint64_t at) {
    const std::string label = "m" + std::to_string(++next_);
    say(at, {"copy", message(), label});
    labels_.push_back(label);
  }

  void change_folder(std::uint64_t at) {
    switch (random_.below(8)) {
      case 0:
      case 1: return add_folder(at);
      case 2: return say(at, {"delete-folder", folder()});
      case 3: return say(at, {"restore-folder", folder()});
      case 4: {
        const std::string name = "R" + std::to_string(random_.below(3));
        say(at, {"rename-folder", folder(), name});
        return folders_.push_back(name);
      }
      case 5: {
        const std::string from = folder();
        const std::string to = folder();
        return say(at, {"move-folder", from, to});
      }
      case 6:
        return say(at,
                   {"close-folder", folder(), mapisync::name_of(chance(500) ? Errc::no_access : Errc::corrupt_store)});
      default: return say(at, {"open-folder", folder()});
    }
  }

  void move_mailbox() {
    std::vector<std::string> words = {"move-mailbox"};
    if (chance(300)) words.emplace_back("new-mailbox");
    if (chance(500)) words.emplace_back("new-keys");
    if (chance(400)) words.emplace_back("new-versions");
    say(0, std::move(words));
  }

  // --- What goes wrong ---

  void trouble() {
    if (chance(350)) fail_one();
    if (chance(250)) end_of_process();
    if (chance(100)) lasting_trouble();
    if (chance(150)) push({.kind = StepKind::calm});
    if (chance(40)) say(1 + random_.below(60), {chance(500) ? "drop-sessions" : "kill-server"});
    if (history_.setup.mirror == MirrorKind::sqlite && chance(600)) disk();
  }

  void fail_one() {
    Step step;
    const std::uint64_t which = random_.below(10);
    step.kind = which < 7 ? StepKind::fail_call : which < 8 ? StepKind::fail_store : StepKind::fail_sink;
    step.code = one_of(kCodes);
    if (step.kind == StepKind::fail_call) {
      step.at = 1 + random_.below(70);
      step.n = chance(600) ? 1 : 1 + random_.below(6);
    } else {
      step.n = 1 + random_.below(step.kind == StepKind::fail_store ? 200 : 30);
    }
    push(std::move(step));
    if (chance(200)) fail_one();
  }

  void end_of_process() {
    static constexpr std::array kEnds = {StepKind::stop,         StepKind::stop,        StepKind::crash,
                                         StepKind::crash_before, StepKind::crash_after, StepKind::crash_flush,
                                         StepKind::crash_flushed};
    Step step;
    step.kind = one_of(kEnds);
    const bool at_call = step.kind == StepKind::stop || step.kind == StepKind::crash;
    (at_call ? step.at : step.n) = 1 + random_.below(at_call ? 70 : 12);
    push(std::move(step));
  }

  void lasting_trouble() {
    static constexpr std::array kOutages = {PortCall::synchronize,
                                            PortCall::config_selective,
                                            PortCall::open_table,
                                            PortCall::table_next,
                                            PortCall::probe,
                                            PortCall::open_exporter,
                                            PortCall::hierarchy_synchronize,
                                            PortCall::open_folder,
                                            PortCall::update_state,
                                            PortCall::counters,
                                            PortCall::config,
                                            PortCall::row_count,
                                            PortCall::folder_table,
                                            PortCall::compose_finish};
    static constexpr std::array kFaults = {fake::RowFault::no_source_key, fake::RowFault::no_change_key,
                                           fake::RowFault::no_ref, fake::RowFault::bad_columns};
    Step step;
    step.code = one_of(kCodes);
    switch (random_.below(5)) {
      case 0:
        step.kind = StepKind::outage;
        step.call = one_of(kOutages);
        break;
      case 1:
        step.kind = StepKind::noise;
        step.n = one_of(std::array{10U, 50U, 50U, 200U});
        break;
      case 2: step.kind = StepKind::refuse_states; break;
      case 3:
        step.kind = StepKind::cut_short;
        step.n = 1 + random_.below(4);
        break;
      default:
        step.kind = StepKind::row_fault;
        step.message = message();
        step.fault = one_of(kFaults);
    }
    push(std::move(step));
  }

  void disk() {
    Step step;
    step.kind = chance(600) ? StepKind::power : StepKind::fail_disk;
    step.n = step.kind == StepKind::power ? random_.below(1001) : 1 + random_.below(400);
    step.loss = test::FrailDisk::kLosses[random_.below(std::size(test::FrailDisk::kLosses))];
    step.lasting = chance(300);
    push(std::move(step));
  }

  // --- Our side ---

  void own_side() {
    static constexpr std::array<std::int64_t, 5> kTimes = {60, 3'600, 5 * 3'600, 26 * 3'600, 9 * 86'400};
    if (chance(300)) push({.kind = StepKind::wait, .seconds = one_of(kTimes)});
    if (chance(40)) push({.kind = StepKind::set_clock, .seconds = one_of(kTimes) * (chance(500) ? 1 : -1)});
    if (chance(60)) push({.kind = StepKind::retry_all});
    if (chance(60)) push({.kind = StepKind::sweep});
    if (chance(40)) push({.kind = chance(700) ? StepKind::refuse : StepKind::put_off, .message = message()});
    if (chance(40)) push({.kind = StepKind::take});
    if (chance(40)) push({.kind = StepKind::limit, .n = 1 + random_.below(4)});
    if (chance(60)) push({.kind = StepKind::no_limit});
    if (chance(80)) push({.kind = StepKind::reopen});
  }

  fake::Seeded random_;
  History history_;
  std::vector<std::string> folders_, labels_;
  int next_{0};
  bool troubled_{true};
};

}  // namespace

History generate(std::uint64_t seed) { return Generator(seed).make(); }

}  // namespace mapisync::sim
