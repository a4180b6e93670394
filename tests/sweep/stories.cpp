#include "tests/sweep/stories.h"

#include <cstdlib>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {

namespace {

using fake::ExportOrder;
using fake::FaultPlan;
using servers::Fence;

FaultPlan calm() { return servers::calm(); }

FaultPlan ordered(ExportOrder order, FaultPlan plan = servers::calm()) {
  plan.server.order = order;
  return plan;
}

/// A failure takes neighbours along, in no order that could be learned.
FaultPlan rough(Fence fence) { return servers::fenced(fence, servers::withholds(1, true)); }

void nothing(World& /*w*/) {}

void a_mailbox_with_bad_mail(World& w) { w.inbox().add(3).add_bad("b1").add(1).add_bad("b2"); }

void six_messages(World& w) {
  w.folder("Archive").add("old");
  w.inbox().add(6);
  w.sync();
}

void every_kind_of_change(World& w) {
  w.modify("m1").remove("m2").mark_read("m3").move("m4", "Archive").break_with_new_version("m5");
  w.inbox().add("new").add_associated("rule").add_foreign("guest");
}

void refuse_m3(World& w) {
  w.expect().refused = {"m3"};
  w.sink_script().answer = [](const DeliveredMessage& message) {
    const bool it = text_or_empty(message.content.properties, pr::kSubject) == "m3";
    return it ? SinkAnswer{SinkAnswer::Kind::rejected, "not wanted (scripted)"} : SinkAnswer{};
  };
}

void hold_deletions(World& w) {
  w.options().deletion_guard_count = 2;
  w.expect().deletions_held = true;
}

void small_portions(World& w) {
  w.options().batch_messages_max = 2;
  w.options().selective_list_max = 3;
  w.options().table_page_rows = 2;
  w.options().probes_max = 1;
}

void a_call_or_two(World& w) { w.options().limits.calls = 2; }

void add_stories_of_fences(std::vector<Story>& all) {
  for (const Fence fence : servers::kFences) {
    const std::string at = std::string("_") + servers::name_of(fence);
    all.push_back(
        {"firstSyncWithBad" + at, servers::fenced(fence), nothing, a_mailbox_with_bad_mail, {"b1", "b2"}, {}});
    all.push_back({"everyKindOfChange" + at, rough(fence), six_messages, every_kind_of_change, {"m5"}, {}});
  }
}

void add_stories_of_orders(std::vector<Story>& all) {
  const auto changes = [](World& w) {
    w.modify("m2").modify("m6").break_with_new_version("m4").remove("m1");
    w.inbox().add(2).add_bad("bad");
  };
  const std::pair<const char*, ExportOrder> orders[] = {
      {"newest", ExportOrder::newest}, {"insertion", ExportOrder::insertion}, {"shuffle", ExportOrder::shuffle}};
  for (const auto& [name, order] : orders) {
    all.push_back({std::string("changes_") + name, ordered(order), six_messages, changes, {"bad", "m4"}, {}});
  }
  all.push_back({"changes_exchange2007", servers::exchange_2007(), six_messages, changes, {"bad", "m4"}, {}});
  all.push_back({"changes_prefixServer", servers::delivers_prefix(), six_messages, changes, {"bad", "m4"}, {}});
  all.push_back({"changes_gromoxRule", servers::gromox_rule(calm()), six_messages, changes, {"bad", "m4"}, {}});
}

void add_stories_of_messages(std::vector<Story>& all) {
  all.push_back({"firstSync", calm(), nothing, [](World& w) { w.inbox().add(5).add_associated("rule"); }, {}, {}});
  all.push_back({"onlyBad", calm(), nothing, [](World& w) { w.inbox().add_bad("a").add_bad("b"); }, {"a", "b"}, {}});
  all.push_back({"healing",
                 calm(),
                 [](World& w) {
                   w.inbox().add(3).add_bad("bad").add_bad("worse");
                   w.sync();
                 },
                 [](World& w) { w.heal_with_new_version("bad").mark_read("m1"); },
                 {"worse"},
                 {}});
  all.push_back({"leftOutInSilence",
                 calm(),
                 six_messages,
                 [](World& w) {
                   w.inbox().add("new").add("unseen");
                   w.hide("unseen").lose_change_key("m2");
                 },
                 {"unseen"},
                 {}});
  all.push_back({"readStatesOnly",
                 calm(),
                 six_messages,
                 [](World& w) { w.mark_read("m1").mark_read("m2").mark_read("m1", false); },
                 {},
                 {}});
  all.push_back({"refusedByTheSink",
                 calm(),
                 six_messages,
                 [](World& w) { w.modify("m3").modify("m4").break_with_new_version("m5"); },
                 {"m5"},
                 refuse_m3});
  all.push_back({"smallPortions", servers::exchange(), six_messages, every_kind_of_change, {"m5"}, small_portions});
  all.push_back({"underACallLimit", calm(), six_messages, every_kind_of_change, {"m5"}, a_call_or_two});
}

void add_stories_of_deletions(std::vector<Story>& all) {
  all.push_back({"falseAndRealDeletions",
                 calm(),
                 six_messages,
                 [](World& w) { w.hide_as_deleted("m1").remove("m2").soft_remove("m3"); },
                 {},
                 {}});
  all.push_back({"heldDeletions",
                 calm(),
                 six_messages,
                 [](World& w) {
                   w.remove("m1").remove("m2").remove("m3").move("m4", "Archive");
                   w.break_with_new_version("m5");
                 },
                 {"m5"},
                 hold_deletions});
  all.push_back({"backInScope",
                 servers::gromox_rule(calm()),
                 [](World& w) {
                   six_messages(w);
                   w.soft_remove("m1").remove("m2");
                   w.sync();
                 },
                 [](World& w) { w.bring_back("m1").soft_remove("m3").modify("m4"); },
                 {},
                 {}});
  all.push_back({"movesBothWays",
                 calm(),
                 [](World& w) {
                   w.folder("Zoo").add("z1").add_bad("z2");
                   six_messages(w);
                 },
                 [](World& w) { w.move("m1", "Archive").move("old", "Inbox").move("z1", "Inbox").move("m2", "Zoo"); },
                 {"z2"},
                 {}});
}

void add_stories_of_folders(std::vector<Story>& all) {
  all.push_back({"foldersComeAndGo",
                 calm(),
                 [](World& w) {
                   w.folder("A/B").add(2);
                   w.inbox().add(2);
                   w.sync();
                 },
                 [](World& w) {
                   w.delete_folder("A");
                   w.folder("C").add("c").add_bad("bad");
                 },
                 {"bad"},
                 {}});
  all.push_back({"aFolderRestored",
                 calm(),
                 [](World& w) {
                   w.folder("A").add(2).add_bad("bad");
                   w.inbox().add(2);
                   w.sync();
                   w.delete_folder("A");
                   w.sync();
                 },
                 [](World& w) { w.restore_folder("A"); },
                 {"bad"},
                 {}});
  all.push_back({"namesSwapped",
                 calm(),
                 [](World& w) {
                   w.folder("A").add(2);
                   w.folder("B").add(2);
                   w.sync();
                 },
                 [](World& w) {
                   w.rename_folder("A", "was A").rename_folder("B", "A").rename_folder("was A", "B");
                   w.remove("m1").modify("m3");
                 },
                 {},
                 {}});
  auto broken = calm();
  broken.failures.push_back({fake::PortCall::hierarchy_synchronize, 1, 1'000'000, Errc::corrupt_data, {}});
  all.push_back({"hierarchyByTable",
                 broken,
                 [](World& w) {
                   w.folder("A/B").add(2);
                   w.inbox().add(2);
                   w.sync();
                 },
                 [](World& w) {
                   w.delete_folder("A");
                   w.folder("C").add("c");
                 },
                 {},
                 {}});
}

void accept_new_instance(World& w) { w.options().accept_new_instance = true; }

void mail_of_all_kinds(World& w) {
  w.folder("Archive").add("old");
  w.inbox().add(6).add_associated("first rule").add_bad("worse");
  w.copy_message("m6", "m6 again");
  w.sync();
}

/// The mailbox moves to another database, and not only that.
void add_stories_of_instances(std::vector<Story>& all) {
  using Move = fake::FakeMailbox::DatabaseMove;
  const auto moves = [](const Move& move) {
    return [move](World& w) {
      every_kind_of_change(w);
      w.move_mailbox(move);
    };
  };
  const Move kept{};
  const Move all_new{.new_mailbox_guid = true, .new_source_keys = true, .new_versions = true};
  all.push_back({"newInstance_keysKept", calm(), mail_of_all_kinds, moves(kept), {"m5", "worse"}, accept_new_instance});
  for (const Fence fence : {Fence::free_catch_up, Fence::composed, Fence::none}) {
    all.push_back({std::string("newInstance_") + servers::name_of(fence),
                   servers::fenced(fence),
                   mail_of_all_kinds,
                   moves(all_new),
                   {"m5", "worse"},
                   accept_new_instance});
  }
  all.push_back({"newInstance_folders",
                 servers::exchange(),
                 [](World& w) {
                   w.folder("A/B").add(2);
                   w.folder("C").add("c");
                   w.sync();
                 },
                 [](World& w) {
                   w.delete_folder("C");
                   w.folder("D").add("d");
                   w.move_mailbox({.new_source_keys = true});
                   w.remove("m1").modify("m2");
                 },
                 {},
                 [](World& w) {
                   accept_new_instance(w);
                   small_portions(w);
                 }});
  all.push_back({"newInstance_held",
                 calm(),
                 six_messages,
                 [](World& w) {
                   w.remove("m1").remove("m2").remove("m3").modify("m4");
                   w.move_mailbox({.new_source_keys = true, .new_versions = true});
                 },
                 {},
                 [](World& w) {
                   accept_new_instance(w);
                   hold_deletions(w);
                 }});
}

std::vector<Story> all_stories() {
  std::vector<Story> all;
  add_stories_of_fences(all);
  add_stories_of_orders(all);
  add_stories_of_messages(all);
  add_stories_of_deletions(all);
  add_stories_of_folders(all);
  add_stories_of_instances(all);
  return all;
}

}  // namespace

const std::vector<Story>& stories() {
  static const std::vector<Story> all = all_stories();
  return all;
}

std::vector<std::string> complaints_at_the_end(World& world, const Story& story) {
  constexpr unsigned kQuietRuns = 3;
  world.options().limits = {};
  world.pass_time(std::chrono::hours(24 * 30));  // whatever was put off is due
  world.settle(kQuietRuns);
  std::vector<std::string> complaints = world.differences();
  if (const auto aside = set_aside(world); aside != story.bad) {
    complaints.push_back("set aside: " + testing::PrintToString(aside));
  }
  return complaints;
}

bool every_instant() {
  const char* text = std::getenv("MAPISYNC_SWEEP");
  return text != nullptr && std::string(text) == "all";
}

}  // namespace mapisync::test
