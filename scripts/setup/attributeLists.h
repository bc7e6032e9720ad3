// Included before the package's binding is compiled. Its JavaScript can set an attribute to a string but not to a list
// of strings, which TensorFlow's fused kernels ask for: where an operation declares a list, commas separate its entries.
#include <algorithm>
#include <string>
#include <vector>

#include "tensorflow/c/eager/c_api.h"

namespace doppel {

inline bool IsList(TFE_Op* op, const char* name) {
  TF_Status* status = TF_NewStatus();
  unsigned char is_list = 0;
  TFE_OpGetAttrType(op, name, &is_list, status);
  const bool is_known = TF_GetCode(status) == TF_OK;  // attributes that begin with _ need not be declared
  TF_DeleteStatus(status);
  return is_known && is_list != 0;
}

inline void SetStringOrList(TFE_Op* op, const char* name, const void* value, size_t length) {
  if (!IsList(op, name)) {
    TFE_OpSetAttrString(op, name, value, length);
    return;
  }
  const std::string text(static_cast<const char*>(value), length);
  std::vector<const void*> entries;
  std::vector<size_t> lengths;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    entries.push_back(text.data() + start);
    lengths.push_back(end - start);
    start = end + 1;
  }
  TFE_OpSetAttrStringList(op, name, entries.data(), lengths.data(), static_cast<int>(entries.size()));
}

}  // namespace doppel

#define TFE_OpSetAttrString doppel::SetStringOrList
