// A mirror as rows of text that two mirrors of the same mailbox must share: every column of folders, ledger, messages,
// recipients, attachments, contents and what is unsettled, but for the numbers of rows and runs, and the references,
// which belong to their provider. One thread.
#pragma once

#include <string>
#include <vector>

namespace mapisync::mapihttp::test {

/// Sorted. Fails the test that is running if the file cannot be read.
std::vector<std::string> mirror_rows(const std::string& file);

}  // namespace mapisync::mapihttp::test
