/* Published numbers, as this side knows them. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_CODES_H
#define MAPISYNC_TESTS_MAPI_FAKE_CODES_H

#include <stdint.h>

enum {
  kOk = 0,
  kErrorsReturned = 0x00040380,
  kProgress = 0x00040820,
};
#define CODE(value) ((int32_t)(value))
#define kCallFailed CODE(0x80004005U)
#define kNoInterface CODE(0x80004002U)
#define kInvalid CODE(0x80070057U)
#define kNoMemory CODE(0x8007000EU)
#define kNoSupport CODE(0x80040102U)
#define kNotFound CODE(0x8004010FU)
#define kTooComplex CODE(0x80040117U)
#define kIgnore CODE(0x80040801U)

enum {
  kPtShort = 2,
  kPtLong = 3,
  kPtFloat = 4,
  kPtDouble = 5,
  kPtCurrency = 6,
  kPtAppTime = 7,
  kPtError = 0xA,
  kPtBoolean = 0xB,
  kPtInt64 = 0x14,
  kPtString8 = 0x1E,
  kPtUnicode = 0x1F,
  kPtTime = 0x40,
  kPtGuid = 0x48,
  kPtBinary = 0x102,
  kPtMulti = 0x1000
};

#endif
