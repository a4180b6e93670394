// The service's own target: one table in a database that mapisync knows nothing of. One caller at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "engine/ports/change_sink.h"

/// Coupling `separate`: this database and the checkpoint commit one after the other. The engine calls flush() first, so
/// a crash in between makes it repeat changes; upserts replace, so repeating them changes nothing.
class MailTable final : public mapisync::ChangeSink {
 public:
  static mapisync::Result<std::unique_ptr<MailTable>> open(const std::string& path);

  mapisync::Result<mapisync::SinkCoupling> attach(mapisync::UnitOfWork& work) override;
  mapisync::Result<mapisync::SinkAnswer> upsert(const mapisync::SinkContext& context,
                                                const mapisync::DeliveredMessage& message) override;
  mapisync::Result<void> mark_deleted(const mapisync::SinkContext& context, const mapisync::SourceKey& key,
                                      mapisync::DeletionKind kind) override;
  mapisync::Result<void> set_read(const mapisync::SinkContext& context, const mapisync::SourceKey& key,
                                  bool read) override;
  mapisync::Result<void> set_stale(const mapisync::SinkContext& context, const mapisync::SourceKey& key,
                                   bool stale) override;
  mapisync::Result<void> rename_message(const mapisync::SinkContext& context, const mapisync::SourceKey& from,
                                        const mapisync::MessageName& now) override;
  mapisync::Result<void> folder_changed(const mapisync::SinkContext& context,
                                        const mapisync::FolderInfo& info) override;
  mapisync::Result<void> folder_deleted(const mapisync::SinkContext& context) override;
  mapisync::Result<void> flush() override;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
  };
  using Database = std::unique_ptr<sqlite3, Close>;
  using Value = std::variant<std::int64_t, std::string, mapisync::SourceKey>;

  explicit MailTable(Database database) : database_(std::move(database)) {}
  mapisync::Result<void> run(const char* sql, std::initializer_list<Value> values = {});

  Database database_;
};
