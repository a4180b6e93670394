// The structures of Extended MAPI as they lie in memory, declared by ourselves. Why not the headers of MinGW-w64:
// docs/adr/0008-own-mapi-declarations.md.
//
// Names and members are MAPI's own; types have fixed widths, so that the same bytes come out on Linux (where the tests
// run under sanitizers) and on Windows, with the Microsoft ABI and with MinGW-w64. Nothing here but data; any thread.
// This header and com_interfaces.h include nothing else of ours: a check compiles them with the Microsoft ABI.
#pragma once

#include <cstddef>
#include <cstdint>

/// The calling convention of COM methods and of the functions MAPI exports: it differs from the usual one on x86 only.
#if defined(_WIN32) && !defined(_WIN64)
#define MAPISYNC_STDCALL __stdcall
#else
#define MAPISYNC_STDCALL
#endif

namespace mapisync::mapi {

using HRESULT = std::int32_t;
using SCODE = std::int32_t;
using ULONG = std::uint32_t;
using LONG = std::int32_t;
using BYTE = std::uint8_t;
using WCHAR = char16_t;
using ULONG_PTR = std::uintptr_t;
using BOOKMARK = ULONG_PTR;

struct GUID {
  std::uint32_t Data1;
  std::uint16_t Data2, Data3;
  BYTE Data4[8];
};
using IID = GUID;

constexpr bool operator==(const GUID& a, const GUID& b) noexcept {
  if (a.Data1 != b.Data1 || a.Data2 != b.Data2 || a.Data3 != b.Data3) return false;
  for (int i = 0; i < 8; ++i) {
    if (a.Data4[i] != b.Data4[i]) return false;
  }
  return true;
}

struct FILETIME {  // 100 ns since 1601
  std::uint32_t dwLowDateTime, dwHighDateTime;
};

struct ENTRYID;  // bytes; only ever seen through a pointer

struct SBinary {
  ULONG cb;
  BYTE* lpb;
};
struct SBinaryArray {
  ULONG cValues;
  SBinary* lpbin;
};
using ENTRYLIST = SBinaryArray;

template <class T>
struct MultiValue {  // SShortArray, SLongArray and so on
  ULONG cValues;
  T* values;
};

union PropertyUnion {
  std::int16_t i;
  std::int32_t l;
  float flt;
  double dbl;
  std::uint16_t b;
  std::int64_t cur;  // CURRENCY: ten-thousandths
  double at;
  FILETIME ft;
  char* lpszA;
  SBinary bin;
  WCHAR* lpszW;
  GUID* lpguid;
  std::int64_t li;
  MultiValue<std::int16_t> MVi;
  MultiValue<std::int32_t> MVl;
  MultiValue<float> MVflt;
  MultiValue<double> MVdbl;
  MultiValue<std::int64_t> MVcur;
  MultiValue<double> MVat;
  MultiValue<FILETIME> MVft;
  SBinaryArray MVbin;
  MultiValue<char*> MVszA;
  MultiValue<WCHAR*> MVszW;
  MultiValue<GUID> MVguid;
  MultiValue<std::int64_t> MVli;
  SCODE err;
  LONG x;
};

struct SPropValue {
  ULONG ulPropTag;
  ULONG dwAlignPad;
  PropertyUnion Value;
};

struct SPropTagArray {  // aulPropTag has cValues elements
  ULONG cValues;
  ULONG aulPropTag[1];
};

struct SPropProblem {
  ULONG ulIndex;
  ULONG ulPropTag;
  SCODE scode;
};
struct SPropProblemArray {  // aProblem has cProblem elements
  ULONG cProblem;
  SPropProblem aProblem[1];
};

struct SRow {
  ULONG ulAdrEntryPad;
  ULONG cValues;
  SPropValue* lpProps;  // a buffer of its own
};
struct SRowSet {  // aRow has cRows elements
  ULONG cRows;
  SRow aRow[1];
};

struct ADRENTRY {
  ULONG ulReserved1;
  ULONG cValues;
  SPropValue* rgPropVals;
};
struct ADRLIST {  // aEntries has cEntries elements
  ULONG cEntries;
  ADRENTRY aEntries[1];
};

struct MAPINAMEID {
  GUID* lpguid;
  ULONG ulKind;
  union {
    LONG lID;
    WCHAR* lpwstrName;
  } Kind;
};

struct SSortOrder {
  ULONG ulPropTag;
  ULONG ulOrder;
};
struct SSortOrderSet {  // aSort has cSorts elements
  ULONG cSorts, cCategories, cExpanded;
  SSortOrder aSort[1];
};

struct SRestriction;
struct SListRestriction {  // SAndRestriction, SOrRestriction
  ULONG cRes;
  SRestriction* lpRes;
};
struct SNotRestriction {
  ULONG ulReserved;
  SRestriction* lpRes;
};
struct SPropertyRestriction {
  ULONG relop;
  ULONG ulPropTag;
  SPropValue* lpProp;
};
struct SCommentRestriction {  // not used here; it makes the union as large as it is
  ULONG cValues;
  SRestriction* lpRes;
  SPropValue* lpProp;
};
struct SRestriction {
  ULONG rt;
  union {
    SListRestriction resAnd;
    SListRestriction resOr;
    SNotRestriction resNot;
    SPropertyRestriction resProperty;
    SCommentRestriction resComment;
  } res;
};

struct MAPIERROR {
  ULONG ulVersion;
  WCHAR* lpszError;  // with MAPI_UNICODE
  WCHAR* lpszComponent;
  ULONG ulLowLevelError;
  ULONG ulContext;
};

struct READSTATE {
  ULONG cbSourceKey;
  BYTE* pbSourceKey;
  ULONG ulFlags;
};

struct STATSTG {
  WCHAR* pwcsName;
  std::uint32_t type;
  std::uint64_t cbSize;
  FILETIME mtime, ctime, atime;
  std::uint32_t grfMode, grfLocksSupported;
  GUID clsid;
  std::uint32_t grfStateBits, reserved;
};

/// MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer.
using AllocateBufferFunction = SCODE(MAPISYNC_STDCALL*)(ULONG size, void** buffer);
using AllocateMoreFunction = SCODE(MAPISYNC_STDCALL*)(ULONG size, void* root, void** buffer);
using FreeBufferFunction = ULONG(MAPISYNC_STDCALL*)(void* buffer);

// What MAPI's own headers give, on either pointer size.
inline constexpr std::size_t kPointer = sizeof(void*);
static_assert(kPointer == 8 || kPointer == 4);
constexpr std::size_t by_pointer(std::size_t on64, std::size_t on32) { return kPointer == 8 ? on64 : on32; }

#define MAPISYNC_ABI_SIZE(type, on64, on32) static_assert(sizeof(type) == by_pointer(on64, on32), #type)
#define MAPISYNC_ABI_OFFSET(type, member, on64, on32) \
  static_assert(offsetof(type, member) == by_pointer(on64, on32), #type "." #member)
MAPISYNC_ABI_SIZE(WCHAR, 2, 2);
MAPISYNC_ABI_SIZE(GUID, 16, 16);
MAPISYNC_ABI_SIZE(FILETIME, 8, 8);
static_assert(alignof(FILETIME) == 4);
MAPISYNC_ABI_SIZE(SBinary, 16, 8);
MAPISYNC_ABI_OFFSET(SBinary, lpb, 8, 4);
MAPISYNC_ABI_SIZE(ENTRYLIST, 16, 8);
MAPISYNC_ABI_SIZE(PropertyUnion, 16, 8);
MAPISYNC_ABI_SIZE(SPropValue, 24, 16);
MAPISYNC_ABI_OFFSET(SPropValue, Value, 8, 8);
MAPISYNC_ABI_SIZE(SPropTagArray, 8, 8);
MAPISYNC_ABI_OFFSET(SPropTagArray, aulPropTag, 4, 4);
MAPISYNC_ABI_SIZE(SPropProblem, 12, 12);
MAPISYNC_ABI_OFFSET(SPropProblemArray, aProblem, 4, 4);
MAPISYNC_ABI_SIZE(SRow, 16, 12);
MAPISYNC_ABI_OFFSET(SRow, lpProps, 8, 8);
MAPISYNC_ABI_OFFSET(SRowSet, aRow, 8, 4);
MAPISYNC_ABI_SIZE(ADRENTRY, 16, 12);
MAPISYNC_ABI_OFFSET(ADRLIST, aEntries, 8, 4);
MAPISYNC_ABI_SIZE(MAPINAMEID, 24, 12);
MAPISYNC_ABI_OFFSET(MAPINAMEID, Kind, 16, 8);
MAPISYNC_ABI_SIZE(SSortOrderSet, 20, 20);
MAPISYNC_ABI_OFFSET(SSortOrderSet, aSort, 12, 12);
MAPISYNC_ABI_SIZE(SRestriction, 32, 16);
MAPISYNC_ABI_OFFSET(SRestriction, res, 8, 4);
MAPISYNC_ABI_OFFSET(SPropertyRestriction, lpProp, 8, 8);
MAPISYNC_ABI_SIZE(MAPIERROR, 32, 20);
MAPISYNC_ABI_OFFSET(MAPIERROR, ulLowLevelError, 24, 12);
MAPISYNC_ABI_SIZE(READSTATE, 24, 12);
MAPISYNC_ABI_OFFSET(READSTATE, ulFlags, 16, 8);
MAPISYNC_ABI_SIZE(STATSTG, 80, 72);
MAPISYNC_ABI_OFFSET(STATSTG, cbSize, 16, 8);
MAPISYNC_ABI_OFFSET(STATSTG, clsid, 56, 48);
#undef MAPISYNC_ABI_SIZE
#undef MAPISYNC_ABI_OFFSET

}  // namespace mapisync::mapi
