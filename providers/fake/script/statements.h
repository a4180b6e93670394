// The statements of the script language: which words make which change.
// Pure; any thread.
#pragma once

#include "engine/base/result.h"
#include "providers/fake/script/script.h"
#include "providers/fake/script/script_words.h"

namespace mapisync::fake {

/// The change that a line asks for, all its words taken. Errc::malformed without a line number.
Result<Script::Action> parse_statement(ScriptWords& words);

}  // namespace mapisync::fake
