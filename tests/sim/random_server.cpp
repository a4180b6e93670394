#include "tests/sim/random_server.h"

#include <array>

namespace mapisync::sim {

namespace {

using fake::FaultPlan;
using fake::Seeded;
using fake::ServerProfile;

class ServerMaker {
 public:
  explicit ServerMaker(Seeded& random) : random_(random) {}

  FaultPlan make() {
    FaultPlan plan;
    plan.seed = random_.next();
    plan.server = base();
    abilities(plan.server);
    exports(plan.server);
    states(plan.server);
    tables_and_limits(plan.server);
    announce(plan.server);
    plan.server.revives_after = static_cast<std::uint32_t>(1 + random_.below(3));
    return plan;
  }

 private:
  bool chance(std::uint32_t per_mille) { return random_.per_mille(per_mille); }
  template <class T, std::size_t N>
  void vary(std::uint32_t per_mille, T& field, const T (&values)[N]) {
    if (chance(per_mille)) field = values[random_.below(N)];
  }

  ServerProfile base() {
    switch (random_.below(5)) {
      case 0: return ServerProfile::exchange_2010();
      case 1: return ServerProfile::exchange_2007();
      case 2: return ServerProfile::prefix_server();
      default: return ServerProfile::calm();
    }
  }

  void abilities(ServerProfile& s) {
    s.catch_up = CatchUp::none;
    s.composed_state = s.restriction = Known::no;
    // Each kind of fence by itself, all of them, and none.
    const std::uint64_t fence = random_.below(8);
    if (fence < 3 || fence == 7) s.catch_up = CatchUp::free;
    if (fence == 3) s.catch_up = CatchUp::expensive;
    if (fence == 4 || fence == 7) s.composed_state = Known::yes;
    if (fence == 5 || fence == 7) s.restriction = Known::yes;
    if (chance(30)) s.selective_sync = Known::no;
    vary(200, s.selective_list_max, {1U, 2U, 3U, 5U});
    vary(300, s.id_form, {IdForm::source_key, IdForm::entry_id});
    vary(300, s.wrong_form, {fake::WrongForm::refuse, fake::WrongForm::empty});
    vary(250, s.recover_mode,
         {fake::RecoverMode::reject, fake::RecoverMode::accept, fake::RecoverMode::skip, fake::RecoverMode::report});
    vary(150, s.interruptible, {Known::no});
    vary(100, s.exact_sizes, {true, false});
  }

  void exports(ServerProfile& s) {
    using enum fake::ExportOrder;
    vary(400, s.order, {table, insertion, newest, shuffle, reshuffle});
    vary(400, s.buffer_messages, {0U, 1U, 2U, 4U, 1000U});
    vary(300, s.buffer_bytes, {1U, 1000U, 32U << 10U});
    vary(300, s.buffer_lost, {true, false});
    vary(300, s.leftover, {fake::Leftover::none, fake::Leftover::some, fake::Leftover::culprit, fake::Leftover::first});
    vary(200, s.settle_first, {true, false});
    vary(200, s.end_alone, {true, false});
    vary(200, s.never_seen_deletions, {0U, 1U, 3U});
    vary(200, s.duplicates_per_mille, {0U, 20U, 300U});
    vary(200, s.progress, {fake::ProgressTelling::exact, fake::ProgressTelling::rough, fake::ProgressTelling::zero});
  }

  void states(ServerProfile& s) {
    vary(150, s.checkpoint, {fake::CheckpointMode::initial, fake::CheckpointMode::live});
    vary(150, s.selective_state, {fake::Answer::accept, fake::Answer::refuse});
    vary(200, s.other_restriction, {fake::Answer::accept, fake::Answer::refuse});
    vary(300, s.spoiled_states, {fake::Answer::accept, fake::Answer::refuse});
    vary(200, s.state_fails_after, {0U, 1U, 3U});
    // A state composed of what a folder holds does not say how old it is; a server with a memory could not use it.
    if (s.composed_state != Known::yes && chance(120)) {
      s.retention = static_cast<std::uint32_t>(5 + random_.below(40));
      vary(1000, s.old_states,
           {fake::OldState::refuse, fake::OldState::not_found, fake::OldState::restart, fake::OldState::silent});
    }
    vary(300, s.given, {fake::GivenRule::exact, fake::GivenRule::drop});
    vary(300, s.known_by, {fake::KnownBy::number, fake::KnownBy::number_and_id});
    vary(200, s.config_twice, {fake::Answer::accept, fake::Answer::refuse});
  }

  void tables_and_limits(ServerProfile& s) {
    vary(200, s.page_rows, {1U, 2U, 3U});
    if (chance(120)) {
      s.counters = chance(500) ? fake::CountersTelling::absent : fake::CountersTelling::offset;
      s.counters_offset = static_cast<std::int64_t>(random_.below(5)) - 2;
    }
    vary(200, s.logons_max, {1U, 2U});
    vary(200, s.exporters_max, {1U, 2U});
    vary(200, s.folders_max, {2U, 3U});
    vary(200, s.tables_max, {1U, 2U});
  }

  /// The truth, or nothing.
  void announce(ServerProfile& s) {
    if (chance(300)) s.announced.selective_sync = s.selective_sync;
    if (chance(300)) s.announced.selective_list_max = s.selective_list_max;
    if (chance(300)) s.announced.id_form = s.id_form;
    if (chance(300)) s.announced.catch_up = s.catch_up;
    if (chance(300)) s.announced.composed_state = s.composed_state;
    if (chance(300)) s.announced.restriction = s.restriction;
    if (chance(300)) s.announced.interruptible = s.interruptible;
  }

  Seeded& random_;
};

}  // namespace

FaultPlan random_server(Seeded& random) { return ServerMaker(random).make(); }

}  // namespace mapisync::sim
