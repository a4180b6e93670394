#include "engine/folder_commit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/adoption/message_match.h"
#include "engine/isolation/write_ahead.h"
#include "engine/note_finding.h"
#include "engine/value_check.h"

namespace mapisync {

namespace {

/// What the arrival of the message itself disproves.
constexpr std::array kMendedByDelivery{FindingKind::missing, FindingKind::no_rights, FindingKind::too_large,
                                       FindingKind::sink_rejected};
/// What goes with the message.
constexpr std::array kOfAMessage{FindingKind::missing,        FindingKind::no_rights,     FindingKind::too_large,
                                 FindingKind::sink_rejected,  FindingKind::truncated,     FindingKind::placeholder,
                                 FindingKind::false_deletion, FindingKind::control_failed};

std::optional<Timestamp> time_of(const PropertyList& properties, PropertyTag tag) {
  const Property* property = find_property(properties, tag);
  const auto* ticks = property != nullptr ? std::get_if<std::int64_t>(&property->value) : nullptr;
  if (ticks == nullptr) return std::nullopt;
  return Timestamp(std::chrono::microseconds(unix_micros_from_filetime(*ticks)));
}

/// What lets us recognise the message in another instance of the mailbox.
void add_traits(const DeliveredMessage& message, LedgerRow& row) {
  row.internet_message_id = text_or_empty(message.content.properties, pr::kInternetMessageId, 1024);
  if (row.internet_message_id.size() > 1024) row.internet_message_id.clear();
  row.delivered = time_of(message.content.properties, pr::kDeliveryTime);
  if (message.header.last_modified != Timestamp{}) row.modified = message.header.last_modified;
}

/// The version that we hold, said in the change keys of this instance; none where it is not certain to be any.
ChangeKey version_in(const ChangeKey& known, const ChangeKey& listed, bool same) {
  if (same) return listed.empty() ? known : listed;
  return known == listed ? ChangeKey() : known;
}

TableRow row_of(const DeliveredMessage& message) {
  TableRow row;
  row.ref = message.header.ref;
  row.source_key = message.header.source_key;
  row.change_key = message.header.change_key;
  row.associated = message.header.associated;
  row.read = message.read;
  row.size = message.header.size.value_or(message.bytes);
  row.modified = message.header.last_modified;
  if (const auto delivered = time_of(message.content.properties, pr::kDeliveryTime)) row.delivered = *delivered;
  if (!message.search_key.empty()) row.search_key = message.search_key.bytes();
  const PropertyList& properties = message.content.properties;
  if (const auto sent = time_of(properties, pr::kClientSubmitTime)) row.sent = *sent;
  if (auto text = text_or_empty(properties, pr::kDisplayTo, 1024); !text.empty()) row.recipients = std::move(text);
  if (auto text = text_or_empty(properties, pr::kSubject, 1024); !text.empty()) row.subject = std::move(text);
  if (auto text = text_or_empty(properties, pr::kSenderName, 1024); !text.empty()) row.sender = std::move(text);
  if (auto text = text_or_empty(properties, pr::kMessageClass, 256); !text.empty()) row.message_class = std::move(text);
  if (auto text = text_or_empty(properties, pr::kInternetMessageId, 1024); !text.empty()) {
    row.internet_message_id = std::move(text);
  }
  return row;
}

bool same_copy(const LedgerRow& row, const DeliveredMessage& message) {
  return !row.held && !row.change_key.empty() && row.change_key == message.header.change_key &&
         row.completeness == message.completeness;
}

}  // namespace

FolderCommit::FolderCommit(FolderWork& work, std::unique_ptr<UnitOfWork> unit, SinkCoupling coupling)
    : work_(work),
      store_(work.run.env.store),
      sink_(work.run.env.sink),
      unit_(std::move(unit)),
      coupling_(coupling),
      context_(work.run.at(work.id())),
      tally_(work.tally) {}

Result<std::unique_ptr<FolderCommit>> FolderCommit::begin(FolderWork& work) {
  MAPISYNC_TRY(unit, work.run.env.store.begin());
  MAPISYNC_TRY(coupling, work.run.env.sink.attach(*unit));
  work.run.coupling = coupling;
  return std::unique_ptr<FolderCommit>(new FolderCommit(work, std::move(unit), coupling));
}

Result<Standing> FolderCommit::standing(const SourceKey& key) {
  MAPISYNC_TRY(ledger, store_.ledger_row(work_.id(), key));
  if (!tally_.anything_unsettled()) return Standing{std::move(ledger), std::nullopt};
  MAPISYNC_TRY(unsettled, store_.unsettled_row(work_.id(), key));
  return Standing{std::move(ledger), std::move(unsettled)};
}

void FolderCommit::move(const Standing& before, const Standing& after) {
  tally_.move(before, after);
  ++writes_;
}

Result<Delivery> FolderCommit::deliver(const DeliveredMessage& message, Route route) {
  const SourceKey& key = message.header.source_key;
  MAPISYNC_TRY(before, standing(key));
  Coverage coverage = route == Route::pass ? Coverage::arriving : Coverage::covered;
  if (route == Route::selective) coverage = before.ledger ? before.ledger->coverage : Coverage::unproven;
  if (before.ledger && same_copy(*before.ledger, message)) {
    const bool known = before.ledger->coverage == Coverage::covered && before.ledger->run != work_.run.id;
    if (route != Route::selective && known) ++repeated_;
    return keep_equal(before, message, coverage);
  }

  MAPISYNC_TRY(answer, sink_.upsert(context_, message));
  if (answer.kind == SinkAnswer::Kind::rejected) {
    MAPISYNC_TRYV(refuse(before, message, answer.reason));
    return Delivery::rejected;
  }
  if (answer.kind == SinkAnswer::Kind::later) {
    MAPISYNC_TRYV(defer(before, message));
    return Delivery::later;
  }
  MAPISYNC_TRYV(note_owned(before, route));
  LedgerRow row;
  row.key = key;
  row.change_key = message.header.change_key;
  row.search_key = message.search_key;
  row.ref = message.header.ref;
  if (row.ref.empty() && before.unsettled) row.ref = before.unsettled->row.ref;
  if (row.ref.empty() && before.ledger) row.ref = before.ledger->ref;
  row.read = message.read;
  row.associated = message.header.associated;
  row.size = message.header.size.value_or(message.bytes);
  row.completeness = message.completeness;
  row.coverage = coverage;
  row.run = work_.run.id;
  add_traits(message, row);
  MAPISYNC_TRYV(unit_->put_ledger(work_.id(), row));
  MAPISYNC_TRYV(note_release(before, message));
  MAPISYNC_TRYV(note_values(message));
  move(before, Standing{std::move(row), std::nullopt});
  ++delivered_;
  counts_.costs.bytes += message.bytes;
  return Delivery::stored;
}

Result<Delivery> FolderCommit::keep_equal(const Standing& before, const DeliveredMessage& message, Coverage coverage) {
  const SourceKey& key = message.header.source_key;
  Standing after{before.ledger, std::nullopt};
  if (coverage == Coverage::arriving || coverage == Coverage::covered) MAPISYNC_TRYV(note_owned(before, Route::pass));
  if (before.ledger->read != message.read) MAPISYNC_TRYV(set_read(key, message.read));
  after.ledger->read = message.read;
  if (before.ledger->coverage != coverage) {
    MAPISYNC_TRYV(unit_->set_ledger_coverage(work_.id(), key, coverage));
    after.ledger->coverage = coverage;
  }
  if (before.unsettled) {
    MAPISYNC_TRYV(sink_.set_stale(context_, key, false));
    MAPISYNC_TRYV(note_release(before, message));
  }
  move(before, after);
  return Delivery::equal;
}

/// A pass delivers again what the server had disowned: from now on it would report its deletion.
Result<void> FolderCommit::note_owned(const Standing& before, Route route) {
  if (route == Route::selective || !before.ledger || before.ledger->coverage != Coverage::disowned) return success();
  return unit_->erase_finding(work_.id(), before.ledger->key, FindingKind::false_deletion);
}

Result<void> FolderCommit::note_release(const Standing& before, const DeliveredMessage& message) {
  const SourceKey& key = message.header.source_key;
  if (!before.unsettled) return success();
  MAPISYNC_TRYV(unit_->erase_unsettled(work_.id(), key));
  const UnsettledRow& row = *before.unsettled;
  if (row.first_seen || row.had_verdict) MAPISYNC_TRYV(mend(row));
  if (row.cls == UnsettledClass::pending && row.attempts == 0) return success();  // never condemned
  ++counts_.released;
  const bool same = !row.row.change_key.empty() && row.row.change_key == message.header.change_key;
  return event(
      EventKind::released, key,
      same && row.cls != UnsettledClass::pending ? "exports again at the same version" : "exports at a new version");
}

/// A message that a success left out and that comes after all: the damage is mended, and must not go unseen.
Result<void> FolderCommit::mend(const UnsettledRow& row) {
  for (const FindingKind kind : kMendedByDelivery) {
    MAPISYNC_TRYV(unit_->erase_finding(work_.id(), row.row.source_key, kind));
  }
  if (row.announced || row.evidence.kind != TroubleKind::missing_item) return success();
  ++counts_.repaired;
  return event(EventKind::repaired, row.row.source_key, row.evidence.detail);
}

/// A new copy stands for what the server sent, and says so if that is known not to be the message.
Result<void> FolderCommit::note_values(const DeliveredMessage& message) {
  const Capabilities& capabilities = work_.run.capabilities;
  if (!checks_values(capabilities)) return success();
  const SourceKey& key = message.header.source_key;
  MAPISYNC_TRY(defect, find_defect(capabilities, message));
  for (const FindingKind kind : {FindingKind::truncated, FindingKind::placeholder}) {
    if (!defect || defect->kind != kind) MAPISYNC_TRYV(unit_->erase_finding(work_.id(), key, kind));
  }
  if (!defect) return success();
  return finding(defect->kind, key, Errc::ok, defect->detail);
}

Result<void> FolderCommit::refuse(const Standing& before, const DeliveredMessage& message, const std::string& reason) {
  // Its read mark is no part of what is refused, and is not told again.
  if (before.ledger && before.ledger->read != message.read) {
    MAPISYNC_TRYV(set_read(message.header.source_key, message.read));
  }
  UnsettledRow row;
  row.cls = UnsettledClass::refused;
  row.row = row_of(message);
  if (row.row.ref.empty() && before.unsettled) row.row.ref = before.unsettled->row.ref;
  row.evidence.kind = TroubleKind::importer_rejected;
  row.evidence.code = Errc::sink_rejected;
  row.evidence.stage = "sink";
  row.evidence.detail = reason;
  const bool again = before.unsettled && before.unsettled->cls == UnsettledClass::refused &&
                     before.unsettled->row.change_key == row.row.change_key;
  row.attempts = again ? before.unsettled->attempts + 1 : 1;
  row.announced = again && before.unsettled->announced;
  row.first_seen = again ? before.unsettled->first_seen : context_.now;
  row.last_seen = context_.now;
  row.next_retry = context_.now + retry_wait(work_.run.options, row.attempts);
  row.run = work_.run.id;
  MAPISYNC_TRYV(finding(FindingKind::sink_rejected, row.row.source_key, Errc::sink_rejected, reason));
  MAPISYNC_TRYV(event(EventKind::refused, row.row.source_key, reason));
  return put_unsettled(before, std::move(row));
}

Result<void> FolderCommit::defer(const Standing& before, const DeliveredMessage& message) {
  const std::int64_t rank =
      before.unsettled ? before.unsettled->rank : message.header.last_modified.time_since_epoch().count();
  TableRow row = row_of(message);
  if (row.ref.empty() && before.unsettled) row.ref = before.unsettled->row.ref;
  return make_pending(before, std::move(row), rank, before.unsettled && before.unsettled->had_verdict);
}

Result<void> FolderCommit::make_pending(const Standing& before, TableRow row, std::int64_t rank, bool lifted) {
  UnsettledRow pending;
  pending.cls = UnsettledClass::pending;
  pending.row = std::move(row);
  pending.rank = rank;
  pending.had_verdict = lifted;
  if (lifted && before.unsettled) pending.attempts = before.unsettled->attempts;
  pending.run = work_.run.id;
  return put_unsettled(before, std::move(pending));
}

Result<void> FolderCommit::make_missing(const Standing& before, TableRow row, std::int64_t rank,
                                        const std::string& detail) {
  const SourceKey key = row.source_key;
  UnsettledRow pending;
  pending.row = std::move(row);
  pending.rank = rank;
  pending.had_verdict = true;  // asked for alone
  pending.evidence.kind = TroubleKind::missing_item;
  pending.evidence.code = Errc::missing_delivery;
  pending.evidence.detail = detail;
  pending.run = work_.run.id;
  MAPISYNC_TRYV(event(EventKind::damaged, key, name_of(FindingKind::missing) + (": " + detail)));
  return put_unsettled(before, std::move(pending));
}

Result<void> FolderCommit::put_unsettled(const Standing& before, UnsettledRow row) {
  const SourceKey key = row.row.source_key;
  MAPISYNC_TRYV(unit_->put_unsettled(work_.id(), row));
  Standing after{before.ledger, std::move(row)};
  if (after.ledger && after.ledger->held) {  // it is there again, if not in a form that can be had
    MAPISYNC_TRYV(unit_->set_ledger_held(work_.id(), key, false));
    after.ledger->held = false;
  }
  if (before.ledger && !before.unsettled) MAPISYNC_TRYV(sink_.set_stale(context_, key, true));
  move(before, after);
  return success();
}

Result<void> FolderCommit::back_in_step(const Standing& before) {
  const SourceKey& key = before.ledger->key;
  MAPISYNC_TRYV(unit_->erase_unsettled(work_.id(), key));
  MAPISYNC_TRYV(sink_.set_stale(context_, key, false));
  move(before, Standing{before.ledger, std::nullopt});
  return success();
}

Result<void> FolderCommit::remove(const SourceKey& key, DeletionKind kind, EventKind event_kind, std::string detail) {
  MAPISYNC_TRY(before, standing(key));
  if (!before.ledger && !before.unsettled) return success();
  if (before.ledger) {
    MAPISYNC_TRYV(sink_.mark_deleted(context_, key, kind));
    MAPISYNC_TRYV(unit_->erase_ledger(work_.id(), key));
    ++(event_kind == EventKind::moved ? counts_.moved : counts_.deleted);
  } else if (coupling_ == SinkCoupling::separate) {  // it may hold what we have not come to record
    MAPISYNC_TRYV(sink_.mark_deleted(context_, key, kind));
  }
  if (before.unsettled) MAPISYNC_TRYV(unit_->erase_unsettled(work_.id(), key));
  for (const FindingKind finding_kind : kOfAMessage) {
    MAPISYNC_TRYV(unit_->erase_finding(work_.id(), key, finding_kind));
  }
  MAPISYNC_TRYV(event(event_kind, key, std::move(detail)));
  if (event_kind == EventKind::vanished) tally_.vanished();
  move(before, Standing{});
  return success();
}

Result<void> FolderCommit::hold(const SourceKey& key) {
  MAPISYNC_TRY(before, standing(key));
  if (!before.ledger || before.ledger->held) return success();
  Standing after{before.ledger, std::nullopt};
  after.ledger->held = true;
  MAPISYNC_TRYV(unit_->set_ledger_held(work_.id(), key, true));
  if (before.unsettled) {
    MAPISYNC_TRYV(unit_->erase_unsettled(work_.id(), key));
    MAPISYNC_TRYV(sink_.set_stale(context_, key, false));  // there is nothing newer any more
  }
  MAPISYNC_TRYV(event(EventKind::deletion_held, key, {}));
  ++counts_.held;
  move(before, after);
  return success();
}

Result<void> FolderCommit::release_hold(const Standing& before) {
  Standing after = before;
  after.ledger->held = false;
  MAPISYNC_TRYV(unit_->set_ledger_held(work_.id(), before.ledger->key, false));
  move(before, after);
  return success();
}

Result<bool> FolderCommit::adopt(const SourceKey& from, const TableRow& row, bool only) {
  MAPISYNC_TRY(before, standing(from));
  MAPISYNC_TRYV(unit_->rename_message(work_.id(), from, row.source_key));
  MAPISYNC_TRYV(forget_former(before, from));
  bool same = true;
  if (before.ledger) {
    MAPISYNC_TRY(copy_is_it, adopt_copy(*before.ledger, row, only));
    same = copy_is_it;
  }
  if (before.unsettled) {
    MAPISYNC_TRY(trouble_is_it, adopt_trouble(*before.unsettled, row, only));
    same = trouble_is_it;
  }
  // This server has not claimed anything yet.
  MAPISYNC_TRYV(no_finding(FindingKind::false_deletion, row.source_key));
  ++writes_;
  return same;
}

/// A target with a transaction of its own may hold under the former key what we have not come to record.
Result<void> FolderCommit::forget_former(const Standing& before, const SourceKey& key) {
  if (before.ledger || !before.unsettled || coupling_ != SinkCoupling::separate) return success();
  return sink_.mark_deleted(context_, key, DeletionKind::hard);
}

Result<bool> FolderCommit::adopt_copy(const LedgerRow& before, const TableRow& row, bool only) {
  const bool same = only && same_version(traits_of(before), traits_of(row));
  LedgerRow copy = before;
  copy.key = row.source_key;
  copy.change_key = version_in(before.change_key, row.change_key, same);
  copy.ref = row.ref;
  if (!same) copy.modified.reset();  // whoever has to look once more shall not be surer than we are
  if (copy.search_key.empty()) copy.search_key = SearchKey(row.search_key.value_or({}));
  MAPISYNC_TRYV(unit_->put_ledger(work_.id(), copy));
  const MessageName name{copy.key, same ? copy.change_key : before.change_key, copy.ref};
  MAPISYNC_TRYV(sink_.rename_message(context_, before.key, name));
  return same;
}

/// The verdict stands; but another database may have mended what was wrong, so that it is tried again soon.
Result<bool> FolderCommit::adopt_trouble(const UnsettledRow& before, const TableRow& row, bool only) {
  const bool same = only && same_version(traits_of(before.row), traits_of(row));
  UnsettledRow known = before;
  known.row = row;
  known.row.change_key = version_in(before.row.change_key, row.change_key, same);
  if (!same) known.row.modified = {};
  if (known.cls != UnsettledClass::pending) {
    if (known.cls != UnsettledClass::refused) known.next_retry = context_.now;
    MAPISYNC_TRYV(event(EventKind::new_instance, row.source_key, "was " + before.row.source_key.hex()));
  }
  MAPISYNC_TRYV(unit_->put_unsettled(work_.id(), known));
  return same;
}

Result<void> FolderCommit::set_aside(const SourceKey& from, const SourceKey& to) {
  MAPISYNC_TRY(before, standing(from));
  MAPISYNC_TRYV(unit_->rename_message(work_.id(), from, to));
  MAPISYNC_TRYV(forget_former(before, from));
  if (before.ledger) {
    const MessageName name{to, before.ledger->change_key, before.ledger->ref};
    MAPISYNC_TRYV(sink_.rename_message(context_, from, name));
  }
  ++writes_;
  return success();
}

Result<void> FolderCommit::set_read(const SourceKey& key, bool read) {
  MAPISYNC_TRYV(unit_->set_ledger_read(work_.id(), key, read));
  MAPISYNC_TRYV(sink_.set_read(context_, key, read));
  ++counts_.read_changes;
  ++writes_;
  return success();
}

Result<void> FolderCommit::set_coverage(const SourceKey& key, Coverage coverage) {
  ++writes_;
  return unit_->set_ledger_coverage(work_.id(), key, coverage);
}

Result<void> FolderCommit::move_coverage(Coverage from, Coverage to) {
  MAPISYNC_TRYV(unit_->move_ledger_coverage(work_.id(), from, to));
  return success();
}

Result<void> FolderCommit::put_checkpoint(const Checkpoint& checkpoint) {
  checkpoint_ = checkpoint;
  return unit_->put_checkpoint(work_.id(), checkpoint);
}

Result<void> FolderCommit::finding(FindingKind kind, std::optional<SourceKey> key, Errc code, std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.folder = work_.id();
  finding.key = std::move(key);
  finding.code = code;
  finding.detail = std::move(detail);
  finding.first_seen = finding.last_seen = context_.now;
  finding.run = context_.run;
  return note_finding(*unit_, finding);
}

Result<void> FolderCommit::no_finding(FindingKind kind, const std::optional<SourceKey>& key) {
  return unit_->erase_finding(work_.id(), key, kind);
}

Result<void> FolderCommit::event(EventKind kind, std::optional<SourceKey> key, std::string detail) {
  Event event;
  event.kind = kind;
  event.folder = work_.id();
  event.key = std::move(key);
  event.detail = std::move(detail);
  event.at = context_.now;
  event.run = context_.run;
  return unit_->add_event(event);
}

Result<void> FolderCommit::commit() {
  const bool settles = asking_unsettled(work_);
  if (settles) MAPISYNC_TRYV(settle_asking(work_, *unit_));
  if (coupling_ == SinkCoupling::separate) MAPISYNC_TRYV(sink_.flush());
  MAPISYNC_TRYV(unit_->commit());
  unit_.reset();
  if (settles) {
    work_.asking.written = work_.asking.open;
    work_.lost.stored();
  }
  work_.tally = tally_;
  if (checkpoint_) work_.checkpoint = *checkpoint_;
  FolderReport& report = work_.report;
  report.released += counts_.released;
  report.repaired += counts_.repaired;
  report.deleted += counts_.deleted;
  report.moved += counts_.moved;
  report.held += counts_.held;
  report.read_changes += counts_.read_changes;
  report.costs.bytes += counts_.costs.bytes;
  work_.run.progress.delivered += delivered_;
  work_.run.progress.bytes += counts_.costs.bytes;
  return success();
}

Result<void> clear_findings(FolderWork& work, std::initializer_list<FindingKind> kinds) {
  MAPISYNC_TRY(findings, work.run.env.store.findings(work.id()));
  std::vector<FindingKind> present;
  for (const Finding& finding : findings) {
    if (!finding.key && std::find(kinds.begin(), kinds.end(), finding.kind) != kinds.end())
      present.push_back(finding.kind);
  }
  if (present.empty()) return success();
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  for (const FindingKind kind : present) MAPISYNC_TRYV(commit->no_finding(kind, std::nullopt));
  return commit->commit();
}

}  // namespace mapisync
