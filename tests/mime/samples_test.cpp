// The sample mail holds what its README says; the corpus and mutations of all of it do no harm.
#include <glib.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "providers/fake/mime/eml_writer.h"
#include "providers/fake/mime/mail_import.h"
#include "providers/fake/mime/utf8.h"
#include "tests/mime/mail_text.h"
#include "tests/mime/sample_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mapisync::mime {
namespace {

/// What GMime complains about is our mistake: it ends the test program.
class ComplaintsAreFatal : public ::testing::Environment {
  void SetUp() override {
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
  }
};
const ::testing::Environment* const kComplaints = ::testing::AddGlobalTestEnvironment(new ComplaintsAreFatal);

/// file -> defect, from the table of samples/README.md.
std::map<std::string, std::string> documented_defects() {
  std::map<std::string, std::string> rows;
  const std::string readme = read_file(samples_folder() + "/README.md");
  for (std::size_t at = readme.find("\n| `"); at != std::string::npos; at = readme.find("\n| `", at + 1)) {
    const std::string line = readme.substr(at + 1, readme.find('\n', at + 1) - at - 1);
    const std::size_t end = line.find('`', 3), second = line.find("| `", end);
    const std::string file = line.substr(3, end - 3);
    if (second != std::string::npos && file.ends_with(".eml"))
      rows[file] = line.substr(second + 3, line.find('`', second + 3) - second - 3);
  }
  return rows;
}

TEST(Samples, TheBrokenOnesAreTheDocumentedOnes) {
  std::map<std::string, std::string> found;
  for (const std::string& file : eml_files(samples_folder())) {
    const std::string failure = failure_of(read_file(file));
    if (!failure.empty()) found[file.substr(samples_folder().size() + 1)] = failure.substr(0, failure.find(' '));
  }
  EXPECT_GE(found.size(), 6U);
  EXPECT_EQ(found, documented_defects());
}

TEST(Samples, AllCanBeSavedByLeniencyButForLimits) {
  for (const std::string& file : eml_files(samples_folder()))
    EXPECT_EQ(failure_of(read_file(file), Strictness::lenient), "") << file;
}

void import_folder(const std::string& folder, ImportReport& report) {
  auto source = open_mail_source({folder});
  ASSERT_TRUE(source.has_value()) << source.error().to_string();
  auto mailbox = fake::FakeMailbox::create(":memory:");
  ASSERT_TRUE(mailbox.has_value());
  auto imported = import_mail(mailbox.value(), *source.value());
  ASSERT_TRUE(imported.has_value()) << imported.error().to_string();
  report = std::move(imported.value());
}

TEST(Samples, Import) {
  ImportReport report;
  import_folder(samples_folder(), report);
  EXPECT_EQ(report.sum().imported, 69U);
  EXPECT_EQ(report.sum().unconvertible, documented_defects().size());
  EXPECT_EQ(report.skipped.sum(), 1U) << "the README";
}

TEST(Corpus, Imports) {
  const std::size_t files = eml_files(corpus_folder()).size();
  if (files == 0) GTEST_SKIP() << "no corpus beside the source";
  ImportReport report;
  import_folder(corpus_folder(), report);
  EXPECT_EQ(report.sum().imported, files);
  EXPECT_LE(report.sum().unconvertible * 10, files) << "mail that others read should mostly convert";
}

TEST(Fuzz, TheEntryTakesAllSampleMail) {
  for (const std::string& folder : {samples_folder(), corpus_folder()}) {
    for (const std::string& file : eml_files(folder)) {
      const std::string bytes = read_file(file);
      EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
    }
  }
  EXPECT_EQ(LLVMFuzzerTestOneInput(nullptr, 0), 0);
}

bool all_valid(const PropertyList& properties) {
  return std::all_of(properties.begin(), properties.end(), [](const Property& property) {
    const auto* text = std::get_if<Text>(&property.value);
    return text == nullptr || is_valid_utf8(text->utf8);
  });
}

void expect_valid(const MessageContent& content) {
  EXPECT_TRUE(all_valid(content.properties));
  for (const Recipient& recipient : content.recipients) EXPECT_TRUE(all_valid(recipient.properties));
  for (const Attachment& attachment : content.attachments) {
    EXPECT_TRUE(all_valid(attachment.properties));
    if (attachment.embedded) expect_valid(*attachment.embedded);
  }
}

/// Damage as networks, programs and people do it.
std::string mutated(std::string text, const std::string& other, std::mt19937& random) {
  const auto below = [&random](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  const std::size_t times = 1 + below(4);
  for (std::size_t i = 0; i < times && !text.empty(); ++i) {
    const std::size_t at = below(text.size()), length = 1 + below(std::min<std::size_t>(200, text.size() - at));
    switch (below(8)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text.substr(below(text.size()), length)); break;
      case 3: text.resize(at); break;
      case 4: text.insert(at, other.substr(below(other.size()), length)); break;
      case 5: text.insert(at, std::string(length, static_cast<char>(below(256)))); break;
      case 6: text.insert(at, below(2) == 0 ? "\n" : "\r\n\r\n"); break;
      default: text.replace(at, std::min<std::size_t>(length, 12), below(2) == 0 ? "=?utf-8?B?" : "\n--b\n"); break;
    }
  }
  return text;
}

TEST(Mutations, OfSampleMailDoNoHarm) {
  std::vector<std::string> seeds;
  for (const std::string& folder : {samples_folder(), corpus_folder()}) {
    for (const std::string& file : eml_files(folder)) seeds.push_back(read_file(file).substr(0, 30'000));
  }
  ASSERT_FALSE(seeds.empty());
  std::mt19937 random(2026);  // NOLINT(cert-msc51-cpp): repeatable on purpose
  constexpr int kRounds = 4'000;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = mutated(seeds[random() % seeds.size()], seeds[random() % seeds.size()], random);
    const Strictness strictness = round % 3 == 0 ? Strictness::lenient : Strictness::exchange;
    const Result<Conversion> conversion = convert(text, strictness);
    if (!conversion) {
      ASSERT_EQ(conversion.error().errc(), Errc::corrupt_data);
      continue;
    }
    SCOPED_TRACE(round);
    expect_valid(conversion.value().content);
    if (round % 10 != 0) continue;
    Bytes back;
    const auto collect = [&back](BytesView piece) -> Result<void> {
      back += piece;
      return success();
    };
    ASSERT_TRUE(write_eml(conversion.value().content, collect).has_value());
    EXPECT_EQ(failure_of(back, Strictness::lenient), "");
  }
}

}  // namespace
}  // namespace mapisync::mime
