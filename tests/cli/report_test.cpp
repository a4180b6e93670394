#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tools/mapisync/quarantine_record.h"
#include "tools/mapisync/report_json.h"
#include "tools/mapisync/report_text.h"

namespace mapisync::cli {
namespace {

FolderReport folder(const std::string& path, std::uint64_t unchanged, std::uint64_t delivered, std::uint64_t bad) {
  FolderReport report;
  report.path = path;
  report.source.unchanged = unchanged;
  report.source.delivered = delivered;
  report.source.quarantined = bad;
  report.mirror.unchanged = unchanged;
  report.mirror.delivered = delivered;
  report.source_counted = report.source.sum();
  report.mirror_counted = report.mirror.sum();
  report.new_quarantined = bad;
  return report;
}

SyncReport sample() {
  SyncReport report;
  report.grade = Grade::new_trouble;
  report.folders = {folder("Inbox", 3, 5, 2), folder("Sent \x1b[2J", 0, 1'000, 0)};
  return report;
}

std::string row_of(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name);
  return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

TEST(ReportTextTest, TotalsOfBothSidesAreTheSumsOfTheFolders) {
  const std::string text = to_text(sample(), {200, false});
  const std::string all = row_of(text, "all folders");
  EXPECT_NE(all.find("1,005"), std::string::npos) << all;
  EXPECT_NE(all.find("1,010"), std::string::npos) << all;
  EXPECT_NE(text.find("mirror"), std::string::npos);
  EXPECT_NE(text.find("2 messages newly quarantined"), std::string::npos) << text;
}

TEST(ReportTextTest, HostileNamesAreShownEscaped) {
  const std::string text = to_text(sample(), {200, false});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("Sent \\x1b[2J"), std::string::npos);
}

TEST(ReportTextTest, ManyQuietFoldersShareALine) {
  SyncReport report;
  for (int i = 0; i < 30; ++i) report.folders.push_back(folder("F" + std::to_string(i), 2, 0, 0));
  report.folders.push_back(folder("Busy", 0, 1, 0));
  const std::string text = to_text(report, {100, false});
  EXPECT_NE(text.find("(30 folders unchanged)"), std::string::npos) << text;
  EXPECT_NE(to_text(report, {100, true}).find("F17"), std::string::npos);
}

TEST(ReportTextTest, NothingChangedIsSaidAloneOnItsLine) {
  SyncReport report;
  report.folders = {folder("Inbox", 2, 0, 0)};
  EXPECT_NE(to_text(report, {100, false}).find("\nnothing changed\n"), std::string::npos);
}

TEST(ReportTest, NoBalanceIsClaimedForAFolderThatIsNotDone) {
  SyncReport report;
  report.folders = {folder("Done", 3, 0, 0), folder("Later", 4, 0, 0)};
  report.folders[0].costs.calls = 1;
  report.folders[1].unfinished = Unfinished::limit;
  report.folders[1].source_counted = 2;  // two were deleted at the source, and nobody has looked yet
  Json json = Json::parse(dump_pretty(to_json(report)));
  EXPECT_EQ(json["folders"][0]["balanced"], true);
  EXPECT_TRUE(json["folders"][1]["balanced"].is_null());
  EXPECT_TRUE(json["total"]["balanced"].is_null());
  const std::string text = to_text(report, {200, false});
  EXPECT_NE(row_of(text, "Later").find("not done: limit, not looked at"), std::string::npos) << text;
  EXPECT_EQ(text.find("totals differ"), std::string::npos) << text;
  // What the mirror itself holds can always be compared.
  report.folders[1].mirror_counted = 5;
  json = Json::parse(dump_pretty(to_json(report)));
  EXPECT_EQ(json["folders"][1]["balanced"], false);
  EXPECT_EQ(json["total"]["balanced"], false);
}

TEST(ReportJsonTest, CarriesSchemaExitCodeAndSums) {
  const Json json = Json::parse(dump_pretty(to_json(sample())));
  EXPECT_EQ(json["schema"], "mapisync.sync/1");
  EXPECT_EQ(json["exit_code"], 2);
  EXPECT_EQ(json["exit_name"], "new_trouble");
  EXPECT_EQ(json["folders"].size(), 2U);
  EXPECT_EQ(json["total"]["source"]["sum"], 1'010);
  EXPECT_EQ(json["folders"][0]["balanced"], true);
}

QuarantineRecord record_with_subject(const std::string& subject) {
  QuarantineRecord record;
  record.folder_path = "Inbox";
  record.row.cls = UnsettledClass::quarantined;
  record.row.row.source_key = SourceKey(std::string(16, 'g') + std::string("\x00\x00\x00\x00\x01\x42", 6));
  record.row.row.subject = subject;
  record.row.row.sender.error = Errc::corrupt_data;
  record.row.evidence.kind = TroubleKind::corrupt_item;
  record.row.evidence.raw_code = 0x8004011b;
  return record;
}

TEST(QuarantineRecordTest, HasStableNamesAndSaysWhyAValueIsMissing) {
  const Json json = to_json(record_with_subject("Hello"), false);
  EXPECT_EQ(json["schema"], "mapisync.quarantine/1");
  EXPECT_EQ(json["mrs_kind"], "CorruptItem");
  EXPECT_EQ(json["subject"], "Hello");
  EXPECT_TRUE(json["sender"].is_null());
  EXPECT_EQ(json["unreadable"]["sender"], "corrupt_data");
  EXPECT_EQ(json["failure"]["raw_code"], "0x8004011b");
}

TEST(QuarantineRecordTest, TellsToWhomAndWhenInEveryForm) {
  QuarantineRecord record = record_with_subject("Hello");
  Json json = to_json(record, false);
  EXPECT_TRUE(json["recipients"].is_null());
  EXPECT_TRUE(json["date_sent"].is_null());
  EXPECT_FALSE(json["unreadable"].contains("recipients"));  // simply not there
  record.row.row.recipients = std::string("Bo; \x1b[2JCem\u202e");
  record.row.row.sent = Timestamp(std::chrono::seconds(60));
  json = to_json(record, false);
  EXPECT_EQ(json["recipients"], "Bo; \x1b[2JCem\u202e");
  EXPECT_EQ(json["date_sent"], "1970-01-01T00:01:00Z");
  EXPECT_EQ(dump_line(json).find('\x1b'), std::string::npos);
  const std::string line = csv_line(record, false);
  EXPECT_NE(line.find(",\"Bo; \\x1b[2JCem\\u{202e}\",1970-01-01T00:01:00Z\r\n"), std::string::npos) << line;
  const std::string text = to_text(record, false);
  EXPECT_NE(text.find("\nrecipients:           Bo; \\x1b[2JCem\\u{202e}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ndate_sent:            1970-01-01T00:01:00Z\ndate_received:"), std::string::npos) << text;
  record.row.row.recipients = {};
  record.row.row.recipients.error = Errc::corrupt_data;
  EXPECT_EQ(to_json(record, false)["unreadable"]["recipients"], "corrupt_data");
}

TEST(QuarantineRecordTest, NewCsvColumnsComeAtTheEnd) {
  EXPECT_TRUE(csv_header().starts_with("record_id,state,kind,mrs_kind,folder_path,subject,sender,message_class,"));
  EXPECT_TRUE(csv_header().ends_with(",older_copy,run_id,recipients,date_sent\r\n")) << csv_header();
}

TEST(QuarantineRecordTest, RedactedReportsNameNobody) {
  QuarantineRecord record = record_with_subject("Secret");
  record.row.row.recipients = std::string("Secret Agent");
  EXPECT_EQ(to_json(record, true).dump().find("Secret"), std::string::npos);
  EXPECT_EQ(csv_line(record, true).find("Secret"), std::string::npos);
  EXPECT_EQ(to_text(record, true).find("Secret"), std::string::npos);
}

TEST(QuarantineRecordTest, CsvHasAsManyFieldsAsItsHeader) {
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  EXPECT_EQ(commas(csv_header()), commas(csv_line(record_with_subject("plain"), false)));
  EXPECT_NE(csv_line(record_with_subject("=cmd|' /C calc'!A0"), false).find("'=cmd"), std::string::npos);
}

TEST(QuarantineRecordTest, IsFoundByWhatPeopleType) {
  const SourceKey key = record_with_subject("x").row.row.source_key;
  EXPECT_TRUE(names_key(short_key(key), key));
  EXPECT_TRUE(names_key(short_key(key).substr(0, 3), key));
  EXPECT_TRUE(names_key(key.hex(), key));
  EXPECT_TRUE(names_key("000000000142", key));
  EXPECT_FALSE(names_key("142", key));
  EXPECT_FALSE(names_key("", key));
}

}  // namespace
}  // namespace mapisync::cli
