#include "providers/fake/mime/part_tree.h"

#include <algorithm>

#include "providers/fake/mime/gmime_handle.h"

namespace mapisync::mime {
namespace {

enum class Around : std::uint8_t { mixed, alternative, related };

bool is_attachment_by_disposition(GMimeObject* object) {
  GMimeContentDisposition* disposition = g_mime_object_get_content_disposition(object);
  if (disposition == nullptr) return false;
  const char* value = g_mime_content_disposition_get_disposition(disposition);
  return value != nullptr && g_ascii_strcasecmp(value, GMIME_DISPOSITION_ATTACHMENT) == 0;
}

bool has_name(GMimeObject* object) {
  return GMIME_IS_PART(object) && g_mime_part_get_filename(GMIME_PART(object)) != nullptr;
}

/// Nothing but white space between the headers and the end.
bool is_blank(const char* text) {
  return text == nullptr || text_of(text).find_first_not_of(" \t\r\n") == std::string::npos;
}

/// "1.2" of "1"; "3:1" of the message embedded as part 3.
std::string below(const std::string& path, int index) {
  const bool first = path.empty() || path.ends_with(':');
  return path + (first ? "" : ".") + std::to_string(index + 1);
}

class Sorter {
 public:
  Sorter(const ConversionLimits& limits, PartBudget& budget, DefectLog& log, PartTree& tree)
      : limits_(limits), budget_(budget), log_(log), tree_(tree) {}

  /// `closed`: some multipart around this one goes on after it, or is properly closed.
  void sort(const PartRef& part, std::size_t depth, Around around, bool closed) {
    if (++budget_.parts > limits_.parts) {
      if (budget_.parts == limits_.parts + 1) log_.note(Defect::too_many_parts);
      return;
    }
    const bool nests = GMIME_IS_MULTIPART(part.object) || GMIME_IS_MESSAGE_PART(part.object);
    if (nests && depth >= limits_.nesting) {
      log_.note(Defect::nesting_too_deep, place_of(part));
      PartRef whole = part;
      whole.opaque = true;
      tree_.attachments.push_back(std::move(whole));
    } else if (GMIME_IS_MULTIPART(part.object)) {
      sort_multipart(part, depth, around, closed);
    } else if (GMIME_IS_MESSAGE_PART(part.object)) {
      tree_.attachments.push_back(part);
    } else if (GMIME_IS_PART(part.object)) {
      sort_leaf(part, around);
    }
  }

 private:
  void sort_multipart(const PartRef& part, std::size_t depth, Around outer, bool closed) {
    GMimeMultipart* multipart = GMIME_MULTIPART(part.object);
    const int count = g_mime_multipart_get_count(multipart);
    if (count == 0) {
      sort_partless(part, multipart);
      return;
    }
    const bool ends = multipart->write_end_boundary != 0;
    if (!ends) log_.note(closed ? Defect::multipart_not_closed : Defect::multipart_cut_off, place_of(part));

    const std::string type = mime_type_of(part.object);
    const bool alternative = type == "multipart/alternative", related = type == "multipart/related";
    const int root = related ? related_root(multipart, count) : -1;
    const bool outermost_choice = alternative && outer != Around::alternative && !body_closed_;
    for (int i = 0; i < count; ++i) {
      PartRef child{g_mime_multipart_get_part(multipart, i), below(part.path, i),
                    part.related || (related && i != root), false};
      Around around = alternative || outer == Around::alternative ? Around::alternative : Around::mixed;
      if (related && i != root) around = Around::related;
      sort(child, depth + 1, around, closed || ends || i + 1 < count);
    }
    if (outermost_choice) close_body_if_found();
  }

  /// The part that "start" names, else the first.
  static int related_root(GMimeMultipart* multipart, int count) {
    const std::string start = text_of(g_mime_object_get_content_type_parameter(GMIME_OBJECT(multipart), "start"));
    for (int i = 0; i < count && !start.empty(); ++i) {
      const std::string id = text_of(g_mime_object_get_content_id(g_mime_multipart_get_part(multipart, i)));
      if (!id.empty() && (start == id || start == "<" + id + ">")) return i;
    }
    return 0;
  }

  void sort_partless(const PartRef& part, GMimeMultipart* multipart) {
    const char* text = g_mime_multipart_get_prologue(multipart);
    const bool blank = is_blank(text);
    if (g_mime_object_get_content_type_parameter(part.object, "boundary") == nullptr) {
      log_.note(Defect::multipart_without_boundary, place_of(part));
    } else {
      log_.note(blank ? Defect::multipart_without_body : Defect::multipart_without_parts, place_of(part));
    }
    if (!blank && tree_.loose_text.empty()) tree_.loose_text = text_of(text);
  }

  void sort_leaf(const PartRef& part, Around around) {
    const std::string type = mime_type_of(part.object);
    const bool root = part.path.empty() || part.path.ends_with(':');
    const bool candidate = around != Around::related && !body_closed_ && !is_attachment_by_disposition(part.object) &&
                           (root || around == Around::alternative || !has_name(part.object));
    if (candidate && type == "text/plain" && !tree_.plain && (around == Around::alternative || !tree_.html)) {
      tree_.plain = part;
      if (around == Around::mixed) body_closed_ = true;
      return;
    }
    if (candidate && type == "text/html" && !tree_.html && (around == Around::alternative || !tree_.plain)) {
      tree_.html = part;
      if (around == Around::mixed) body_closed_ = true;
      return;
    }
    if (type == "text/calendar" && !tree_.calendar && !is_attachment_by_disposition(part.object)) tree_.calendar = part;
    if (type == "message/delivery-status" || type == "message/disposition-notification") {
      tree_.reports.push_back(part);
    }
    tree_.attachments.push_back(part);
  }

  void close_body_if_found() {
    if (tree_.plain || tree_.html) body_closed_ = true;
  }

  const ConversionLimits& limits_;
  PartBudget& budget_;
  DefectLog& log_;
  PartTree& tree_;
  bool body_closed_{false};
};

}  // namespace

std::string mime_type_of(GMimeObject* object) {
  const TextHandle type(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  std::string text = text_of(type.get());
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return g_ascii_tolower(c); });
  return text;
}

std::string place_of(const PartRef& part) {
  std::string type = mime_type_of(part.object).substr(0, 64);
  const auto hostile = [](char c) {
    return g_ascii_isalnum(c) == 0 && std::string_view("/.+-_").find(c) == std::string_view::npos;
  };
  std::replace_if(type.begin(), type.end(), hostile, '?');
  if (part.path.empty()) return "the message, " + type;
  constexpr std::size_t kShown = 60;
  const std::string path = part.path.size() > kShown ? part.path.substr(0, kShown) + "..." : part.path;
  return "part " + path + ", " + type;
}

std::string path_of_embedded(const PartRef& part) {
  const bool root = part.path.empty() || part.path.ends_with(':');
  return part.path + (root ? "1:" : ":");
}

PartTree sort_parts(GMimeMessage* message, const std::string& path, std::size_t depth, const ConversionLimits& limits,
                    PartBudget& budget, DefectLog& log) {
  PartTree tree;
  GMimeObject* root = g_mime_message_get_mime_part(message);
  if (root != nullptr)
    Sorter(limits, budget, log, tree).sort(PartRef{root, path, false, false}, depth, Around::mixed, !path.empty());
  return tree;
}

}  // namespace mapisync::mime
