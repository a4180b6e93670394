// Files "<path>.new-XXXXXX" in which somebody began to make a database, and was killed before it got its name.
#pragma once

#include <string>

namespace mapisync::sqlite {

/// What a file that is being made is called, "XXXXXX" being what mkostemp puts there.
inline constexpr const char* kUnfinishedSuffix = ".new-XXXXXX";

/// Removes those of them beside `path` that nobody makes any more and that hold nothing: regular files of this user,
/// not locked, and by their content what create_store_file leaves. Everything else of such a name stays, whatever it
/// is. The caller holds the WriterLock of `path`. Best effort: what cannot be removed now is looked at again next time.
/// `vfs` as in Database::open.
void remove_unfinished_files(const std::string& path, const std::string& vfs);

}  // namespace mapisync::sqlite
