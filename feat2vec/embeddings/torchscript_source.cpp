#include "feat2vec/embeddings/torchscript_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace feat2vec::embeddings {
namespace {

using data::FeatureKind;

// Ids: 0 and above are rows of the tables, -1 adds nothing, -2 is the mean of the table, and -3 is an
// error. `ids` holds the values, `missing_words` the empty text and the other words for missing.
constexpr std::string_view kValues = R"PY(
def known(self, value: str) -> bool:
    return value in self.ids or (value in self.missing_words and self.missing >= 0)

def find(self, value: str) -> int:
    id = self.unseen
    if value in self.missing_words:
        id = self.missing
    elif value in self.ids:
        id = self.ids[value]
    assert id != -3, "{}: expected a value seen in training, received \"{}\"".format(self.name, value)
    return id

def pick(self, table: Tensor, ids: Tensor) -> Tensor:
    rows = torch.index_select(table, 0, ids.clamp(min=0))
    rows = rows.masked_fill((ids == -1).unsqueeze(1), 0.0)
    if bool((ids == -2).any()):
        rows = torch.where((ids == -2).unsqueeze(1), table.mean(0, keepdim=True), rows)
    return rows

def integers(self, numbers: List[int]) -> Tensor:
    return torch.tensor([0] + numbers, device=self.table().device)[1:]  # an empty list would warn

def encode(self, values: List[str]) -> Tensor:
    return self.integers([self.find(value) for value in values])
)PY";

constexpr std::string_view kEmbedValues = R"PY(
def embed_ids(self, ids: Tensor) -> Tensor:
    return self.pick(self.weight, ids.to(self.weight.device))

def embed(self, values: List[str]) -> Tensor:
    return self.pick(self.weight, self.encode(values))
)PY";

constexpr std::string_view kCategorical = R"PY(
def read(self, columns: Dict[str, List[str]]) -> Tensor:
    assert self.name in columns, "expected column \"{}\" in categorical".format(self.name)
    return self.encode(columns[self.name])

def apply(self, table: Tensor, ids: Tensor) -> Tensor:
    return self.pick(table, ids)
)PY";

// Which of the values that are given make a row that is not missing: of a text, the known words.
constexpr std::string_view kMembersThatCount = R"PY(
def counts(self, value: str) -> bool:
    return value not in self.missing_words
)PY";

constexpr std::string_view kWordsThatCount = R"PY(
def counts(self, value: str) -> bool:
    return value in self.ids
)PY";

// A row's distinct values, as training reads them; a row with none is missing.
constexpr std::string_view kBag = R"PY(
def read(self, columns: Dict[str, List[List[str]]]) -> Tuple[Tensor, Tensor, Tensor]:
    assert self.name in columns, "expected column \"{}\" in bags".format(self.name)
    ids: List[int] = []
    rows: List[int] = []
    lengths: List[int] = []
    for values in columns[self.name]:
        members: Dict[str, int] = {}
        for value in values:
            if self.counts(value):
                members[value] = self.find(value)
        if len(members) == 0:
            members[""] = self.find("")
        length = 0
        for id in members.values():
            if id != -1:
                ids.append(id)
                rows.append(len(lengths))
                length += 1
        lengths.append(length)
    return self.integers(ids), self.integers(rows), self.integers(lengths)

def apply(self, table: Tensor, cells: Tuple[Tensor, Tensor, Tensor]) -> Tensor:
    ids, rows, lengths = cells
    pooled = torch.zeros([lengths.size(0), table.size(1)], dtype=table.dtype, device=table.device)
    pooled = pooled.index_add(0, rows, self.pick(table, ids))
)PY";

std::string_view pooling_line(data::Pooling pooling) {
  switch (pooling) {
    case data::Pooling::kMean:
      return "    return pooled / lengths.clamp(min=1).to(table.dtype).unsqueeze(1)\n";
    case data::Pooling::kSqrt:
      return "    return pooled / lengths.clamp(min=1).to(table.dtype).sqrt().unsqueeze(1)\n";
    case data::Pooling::kSum:
      break;
  }
  return "    return pooled\n";
}

// NaN is a missing cell. `center` and `scale` are float64, so a year loses nothing before scaling.
constexpr std::string_view kNumeric = R"PY(
def known(self, value: str) -> bool:
    return True

def read(self, columns: Dict[str, Tensor]) -> Tensor:
    assert self.name in columns, "expected column \"{}\" in numbers".format(self.name)
    return columns[self.name].to(self.center).reshape(-1, self.center.size(0))

def dense(self, numbers: Tensor, weight: Tensor, added: Optional[Tensor], missing: Optional[Tensor]) -> Tensor:
    gone = numbers.isnan()
    scaled = ((numbers - self.center) / self.scale).masked_fill(gone, 0.0).to(weight.dtype)
    rows = torch.matmul(scaled, weight)
    if missing is not None:
        rows = rows + torch.matmul(gone.to(weight.dtype), missing)
        if added is not None:
            rows = rows + added
    elif added is not None:
        rows = rows + added * gone.all(1, keepdim=True).logical_not().to(weight.dtype)
    return rows
)PY";

constexpr std::string_view kEmbedNumbers = R"PY(
def embed(self, values: List[str]) -> Tensor:
    rows: List[Tensor] = []
    for value in values:
        if value in self.ids:
            rows.append(self.weight[self.ids[value]])
        else:
            assert len(self.ids) == 1, "{}: expected the name of a column, received \"{}\"".format(self.name, value)
            number = float("nan")
            if value not in self.missing_words:
                number = float(value)
            rows.append(self.vectors(torch.full_like(self.center, number).unsqueeze(0))[0])
    if len(rows) == 0:
        return self.weight[:0]
    return torch.stack(rows)

def embed_ids(self, ids: Tensor) -> Tensor:
    assert False, "{}: expected a feature with ids, received one of numbers".format(self.name)
    return self.weight
)PY";

std::string_view cells_type(FeatureKind kind) {
  return data::has_members(kind) ? "Tuple[Tensor, Tensor, Tensor]" : "Tensor";
}

/// `vectors` and `biases` of the cells that `read` returns.
std::string phi_source(const ScriptFeature& feature) {
  const auto type = cells_type(feature.kind);
  const bool numeric = feature.kind == FeatureKind::kNumeric;
  std::string source;
  if (feature.vectors) {
    source += fmt::format("\ndef vectors(self, cells: {}) -> Tensor:\n    return ", type);
    source += numeric ? fmt::format("self.dense(cells, self.weight, {}, {})\n",
                                    feature.dense_bias ? "self.dense_bias" : "None",
                                    feature.missing ? "self.missing" : "None")
                      : "self.apply(self.weight, cells)\n";
  }
  if (feature.biases) {
    source += fmt::format("\ndef biases(self, cells: {}) -> Tensor:\n    return ", type);
    source += numeric ? fmt::format("self.dense(cells, self.bias, {}, {}).squeeze(1)\n",
                                    feature.dense_bias ? "self.bias_dense_bias" : "None",
                                    feature.missing ? "self.bias_missing" : "None")
                      : "self.apply(self.bias, cells).squeeze(1)\n";
  }
  return source;
}

/// The argument of `forward` that holds the columns of a kind.
std::string_view argument_of(FeatureKind kind) {
  if (data::has_members(kind)) return "bags";
  return kind == FeatureKind::kNumeric ? "numbers" : "categorical";
}

// Before the vectors meet, where other lengths would be an error that says less.
constexpr std::string_view kCheckLengths =
    "    assert min(lengths) == max(lengths), "
    "\"expected columns of one length, received {}\".format(lengths)\n";

/// `forward`: one statement a feature, then the sum of all terms.
std::string forward_source(const std::vector<ScriptFeature>& features,
                           const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  std::string body;
  std::vector<std::string> terms;
  std::vector<std::string> vectors;
  for (const auto& [f, kind, pooling, has_vectors, has_biases, dense_bias, missing] : features) {
    if (kind == FeatureKind::kOffset) {
      terms.push_back(fmt::format("self.offset_{}", f));
      continue;
    }
    body += fmt::format("    c{0} = self.feature_{0}.read({1})\n", f, argument_of(kind));
    if (has_vectors) {
      body += fmt::format("    v{0} = self.feature_{0}.vectors(c{0})\n", f);
      vectors.push_back(fmt::format("v{}", f));
    }
    if (has_biases) {
      body += fmt::format("    b{0} = self.feature_{0}.biases(c{0})\n", f);
      terms.push_back(fmt::format("b{}", f));
    }
    body += fmt::format("    lengths.append({}{}.size(0))\n", has_vectors ? "v" : "b", f);
  }
  body += kCheckLengths;
  for (const auto& [i, j] : pairs) terms.push_back(fmt::format("(v{} * v{}).sum(1)", i, j));
  if (pairs.empty() && !vectors.empty()) {
    body += fmt::format("    v = torch.stack([{}])\n", fmt::join(vectors, ", "));
    body += "    s = v.sum(0)\n";
    terms.emplace_back("0.5 * ((s * s).sum(1) - (v * v).sum(2).sum(0))");
  }
  return fmt::format(R"PY(
def forward(self, categorical: Dict[str, List[str]], bags: Dict[str, List[List[str]]], numbers: Dict[str, Tensor]) -> Tensor:
    lengths: List[int] = []
{}    return {}

def score(self, categorical: Dict[str, List[str]], bags: Dict[str, List[List[str]]], numbers: Dict[str, Tensor]) -> Tensor:
    return self.forward(categorical, bags, numbers)
)PY",
                     body, fmt::join(terms, " + "));
}

/// A method that asks the submodule of the feature whose name it is given.
std::string dispatch_source(const std::vector<ScriptFeature>& features, std::string_view method,
                            std::string_view parameters, std::string_view arguments,
                            std::string_view result, std::string_view otherwise) {
  std::string source =
      fmt::format("\ndef {}(self, feature: str{}) -> {}:\n", method, parameters, result);
  for (const ScriptFeature& feature : features) {
    if (!feature.vectors) continue;
    source += fmt::format(
        "    if feature == self.feature_{0}.name:\n        return self.feature_{0}.{1}({2})\n",
        feature.position, method, arguments);
  }
  source += fmt::format(
      "    assert False, \"expected a feature of {{}}, received {{}}\".format(self.features, "
      "feature)\n"
      "    return {}\n",
      otherwise);
  return source;
}

constexpr std::string_view kNearest = R"PY(
def nearest(self, feature: str, value: str, target: str, k: int) -> Tuple[List[str], List[float]]:
    assert k > 0, "expected k of 1 or more, received {}".format(k)
    assert self.known(feature, value), "{}: expected a value seen in training, received \"{}\"".format(feature, value)
    query = self.embed(feature, [value])[0].double()
    names = self.names(target)
    table = self.table(target).double()
    norms = (table * table).sum(1).sqrt() * (query * query).sum().sqrt()
    similarities = (torch.matmul(table, query) / norms).masked_fill(norms == 0, 0.0)
    order = torch.sort(similarities, stable=True, dim=0, descending=True)[1].cpu()
    similarities = similarities.cpu()
    found: List[str] = []
    cosines: List[float] = []
    i = 0
    while len(found) < k and i < order.size(0):
        row = int(order[i])
        if not (feature == target and names[row] == value):
            found.append(names[row])
            cosines.append(float(similarities[row]))
        i += 1
    return found, cosines
)PY";

}  // namespace

std::string feature_source(const ScriptFeature& feature) {
  const bool numeric = feature.kind == FeatureKind::kNumeric;
  std::string source = fmt::format("def table(self) -> Tensor:\n    return self.{}\n",
                                   feature.vectors ? "weight" : "bias");
  source += "\ndef names(self) -> List[str]:\n    return self.values\n";
  source += numeric ? kNumeric : kValues;
  if (feature.kind == FeatureKind::kCategorical) source += kCategorical;
  if (data::has_members(feature.kind)) {
    source += feature.kind == FeatureKind::kText ? kWordsThatCount : kMembersThatCount;
    source += kBag;
    source += pooling_line(feature.pooling);
  }
  source += phi_source(feature);
  if (feature.vectors) source += numeric ? kEmbedNumbers : kEmbedValues;
  return source;
}

std::string model_source(const std::vector<ScriptFeature>& features,
                         const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  std::string source = forward_source(features, pairs);
  const bool any = std::any_of(features.begin(), features.end(),
                               [](const ScriptFeature& feature) { return feature.vectors; });
  if (!any) return source;
  source += dispatch_source(features, "embed", ", values: List[str]", "values", "Tensor",
                            "torch.zeros([0])");
  source +=
      dispatch_source(features, "embed_ids", ", ids: Tensor", "ids", "Tensor", "torch.zeros([0])");
  source += dispatch_source(features, "names", "", "", "List[str]", "self.features");
  source += dispatch_source(features, "table", "", "", "Tensor", "torch.zeros([0])");
  source += dispatch_source(features, "known", ", value: str", "value", "bool", "False");
  source += kNearest;
  return source;
}

}  // namespace feat2vec::embeddings
