// What handles of a session stand for. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/model/message.h"
#include "providers/fake/fake_server.h"
#include "providers/mapihttp/wire/rop_request.h"
#include "tools/emulator/contents_rows.h"
#include "tools/emulator/download.h"

namespace mapisync::emulator {

class ServerObject {
 public:
  virtual ~ServerObject() = default;
};

struct LogonObject : ServerObject {
  explicit LogonObject(const std::shared_ptr<fake::FakeServer>& server) : open(server, server->logons) {}
  fake::Token open;
};
struct FolderObject : ServerObject {
  FolderObject(const std::shared_ptr<fake::SessionState>& session, fake::FakeFolderId opened)
      : folder(opened), open(session, session->folders) {}
  fake::FakeFolderId folder;
  fake::Token open;
};
struct MessageObject : ServerObject {
  explicit MessageObject(fake::FakeMessageId opened) : message(opened) {}
  fake::FakeMessageId message;
  std::optional<MessageContent> content;  // once somebody asked for it
};
/// Of folders or messages.
struct TableObject : ServerObject {
  explicit TableObject(const std::shared_ptr<fake::SessionState>& session) : open(session, session->tables) {}
  fake::Token open;
  wire::TagList columns;
  std::unique_ptr<TableRows> rows;
  std::uint64_t position{0};
  bool of_folders{false};
};
struct DownloadObject : ServerObject {
  DownloadObject(const std::shared_ptr<fake::SessionState>& session, std::unique_ptr<Download> made,
                 fake::PortCall step)
      : download(std::move(made)), call(step), open(session, session->exporters) {}
  std::unique_ptr<Download> download;
  fake::PortCall call;  // what each GetBuffer counts as
  fake::Token open;
};
struct StreamObject : ServerObject {
  Bytes data;
  std::size_t at{0};
};

class HandleTable {
 public:
  static constexpr std::size_t kMost = 4096;

  /// 0: there are too many.
  std::uint32_t add(std::unique_ptr<ServerObject> object, std::uint32_t parent);
  ServerObject* find(std::uint32_t handle);
  /// With all that was opened on it.
  void release(std::uint32_t handle);
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<ServerObject> object;
    std::uint32_t parent{0};
  };
  std::map<std::uint32_t, Entry> entries_;
  std::uint32_t last_{0};
};

/// A session context: what a Connect makes.
struct SessionContext {
  SessionContext() : state(std::make_shared<fake::SessionState>()) {}
  std::shared_ptr<fake::SessionState> state;
  std::string user;
  std::uint32_t code_page{1252};
  std::uint64_t sequence{0};
  std::uint64_t last_used{0};  // number of the request
  HandleTable handles;
};

}  // namespace mapisync::emulator
