#include "tools/emulator/wire_script.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "providers/fake/words.h"

namespace mapisync::emulator {
namespace {

using Words = std::vector<std::string>;
constexpr std::size_t kScriptBytesMax = 1U << 20U;

template <class E>
struct Named {
  E value;
  const char* name;
};
constexpr Named<ErrorPlace> kPlaces[] = {
    {ErrorPlace::before_header, "before-header"}, {ErrorPlace::header, "header"},
    {ErrorPlace::properties, "properties"},       {ErrorPlace::recipient, "recipient"},
    {ErrorPlace::attachment, "attachment"},       {ErrorPlace::embedded, "embedded"},
    {ErrorPlace::later_buffer, "later-buffer"}};
constexpr Named<AbortForm> kAborts[] = {{AbortForm::return_value, "return-value"},
                                        {AbortForm::transfer_status, "transfer-status"},
                                        {AbortForm::cut, "cut"}};
constexpr Named<WireEvent> kEvents[] = {{WireEvent::busy, "busy"},
                                        {WireEvent::backoff, "backoff"},
                                        {WireEvent::execute, "execute"},
                                        {WireEvent::response, "response"},
                                        {WireEvent::lose, "lose"},
                                        {WireEvent::drop, "drop"},
                                        {WireEvent::drop_answer, "drop-answer"},
                                        {WireEvent::pending, "pending"}};

template <class E, std::size_t N>
std::optional<E> by_name(const Named<E> (&table)[N], std::string_view name) {
  for (const auto& row : table) {
    if (name == row.name) return row.value;
  }
  return std::nullopt;
}
template <class E, std::size_t N>
const char* name_in(const Named<E> (&table)[N], E value) {
  for (const auto& row : table) {
    if (row.value == value) return row.name;
  }
  return "";
}

Failure wrong(std::string why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, std::move(why)); }

template <class N>
bool number(std::string_view text, N& out) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

BadMessageForm& form_for(WireScript& script, const std::string& message) {
  for (BadMessageForm& form : script.bad) {
    if (form.message == message) return form;
  }
  script.bad.push_back({});
  script.bad.back().message = message;
  return script.bad.back();
}

Result<bool> parse_form(WireScript& script, const Words& w) {
  const bool two = w[0] == "place" || w[0] == "abort" || w[0] == "auxiliary";
  const bool one = w[0] == "nameless" || w[0] == "twice";
  if (!one && !two) return false;
  if (w.size() != (two ? 3U : 2U)) return wrong("\"" + w[0] + "\" with too few words, or too many");
  BadMessageForm& form = form_for(script, w[1]);
  if (w[0] == "nameless") form.nameless = true;
  if (w[0] == "twice") form.twice = true;
  if (w[0] == "auxiliary" && !from_hex(w[2], form.auxiliary)) return wrong("\"" + w[2] + "\" is not hexadecimal");
  if (w[0] == "place") {
    const auto place = by_name(kPlaces, w[2]);
    if (!place) return wrong("unknown place \"" + w[2] + "\"");
    form.place = *place;
  }
  if (w[0] == "abort") {
    const auto abort = by_name(kAborts, w[2]);
    if (!abort) return wrong("unknown form \"" + w[2] + "\"");
    form.abort = *abort;
  }
  return true;
}

Result<bool> parse_fault(WireScript& script, const Words& w) {
  const auto event = by_name(kEvents, w[0]);
  if (!event) return false;
  const bool valued = *event != WireEvent::lose && *event != WireEvent::drop && *event != WireEvent::drop_answer;
  const std::size_t size = valued ? 3 : 2;
  WireFault fault;
  fault.event = *event;
  if (w.size() != size && w.size() != size + 2) return wrong("\"" + w[0] + "\" with too few words, or too many");
  if (!number(w[1], fault.nth) || fault.nth == 0) return wrong("\"" + w[1] + "\" is no number from 1");
  if (valued && !number(w[2], fault.value)) return wrong("\"" + w[2] + "\" is no number");
  if (w.size() == size + 2 && (w[size] != "times" || !number(w[size + 1], fault.times) || fault.times == 0)) {
    return wrong("expected \"times\" and a number from 1");
  }
  script.faults.push_back(fault);
  return true;
}

Result<void> parse_line(WireScript& script, std::string_view line) {
  MAPISYNC_TRY(w, fake::split_words(line));
  if (w.empty()) return success();
  MAPISYNC_TRY(is_form, parse_form(script, w));
  if (is_form) return success();
  MAPISYNC_TRY(is_fault, parse_fault(script, w));
  if (is_fault) return success();
  if (w[0] == "unasked" && w.size() == 1)
    script.unasked = true;
  else if (w[0] == "cover-bad" && w.size() == 1)
    script.cover_bad = true;
  else if (w[0] == "plain-answers" && w.size() == 1)
    script.answers = AnswerForm::plain;
  else if (w[0] == "compressed-answers" && w.size() == 1)
    script.answers = AnswerForm::compressed;
  else if (w[0] == "cuts" && w.size() == 2 && w[1] == "anywhere")
    script.cut_anywhere = true;
  else if (w[0] != "chunks" || w.size() != 2 || !number(w[1], script.chunk_bytes) || script.chunk_bytes == 0)
    return wrong("unknown or incomplete directive \"" + w[0] + "\"");
  return success();
}

std::string print(const BadMessageForm& form) {
  const BadMessageForm usual;
  const std::string name = fake::quote_word(form.message);
  std::string out;
  if (form.place != usual.place) out += "place " + name + " " + name_in(kPlaces, form.place) + "\n";
  if (form.abort != usual.abort) out += "abort " + name + " " + name_in(kAborts, form.abort) + "\n";
  if (form.nameless) out += "nameless " + name + "\n";
  if (form.twice) out += "twice " + name + "\n";
  if (!form.auxiliary.empty()) out += "auxiliary " + name + " " + to_hex(form.auxiliary) + "\n";
  return out;
}

std::string print(const WireFault& fault) {
  std::string out = std::string(name_in(kEvents, fault.event)) + " " + std::to_string(fault.nth);
  const bool valued =
      fault.event != WireEvent::lose && fault.event != WireEvent::drop && fault.event != WireEvent::drop_answer;
  if (valued) out += " " + std::to_string(fault.value);
  if (fault.times != 1) out += " times " + std::to_string(fault.times);
  return out + "\n";
}

}  // namespace

const BadMessageForm& WireScript::form_of(std::string_view message) const {
  static const BadMessageForm kUsual;
  if (message.empty()) return kUsual;
  const auto found = std::find_if(bad.begin(), bad.end(), [&](const auto& form) { return form.message == message; });
  return found == bad.end() ? kUsual : *found;
}

const WireFault* WireScript::at(WireEvent event, std::uint64_t nth) const {
  for (const WireFault& fault : faults) {
    if (fault.event == event && nth >= fault.nth && nth - fault.nth < fault.times) return &fault;
  }
  return nullptr;
}

std::string WireScript::to_string() const {
  std::string out;
  for (const BadMessageForm& form : bad) out += print(form);
  if (unasked) out += "unasked\n";
  if (cover_bad) out += "cover-bad\n";
  for (const WireFault& fault : faults) out += print(fault);
  if (cut_anywhere) out += "cuts anywhere\n";
  if (chunk_bytes != 0) out += "chunks " + std::to_string(chunk_bytes) + "\n";
  if (answers == AnswerForm::plain) out += "plain-answers\n";
  if (answers == AnswerForm::compressed) out += "compressed-answers\n";
  return out;
}

Result<WireScript> WireScript::parse(std::string_view text) {
  if (text.size() > kScriptBytesMax) return wrong("a script of more than 1 MiB");
  WireScript script;
  std::size_t line_number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++line_number;
    Result<void> parsed = parse_line(script, line);
    if (!parsed) {
      Failure failure = std::move(parsed).error();
      failure.context = "line " + std::to_string(line_number) + ": " + failure.context;
      return failure;
    }
  }
  return script;
}

}  // namespace mapisync::emulator
