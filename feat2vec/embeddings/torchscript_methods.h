#pragma once

#include <string_view>

/// The methods of the exported modules that are the same for every feature of a kind, in TorchScript.
namespace feat2vec::embeddings::methods {

// Ids: 0 and above are rows of the tables, -1 adds nothing, -2 is the mean of the table, and -3 is an
// error. `ids` holds the values, `missing_words` the empty text and the other words for missing.
inline constexpr std::string_view kValues = R"PY(
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

inline constexpr std::string_view kEmbedValues = R"PY(
def embed_ids(self, ids: Tensor) -> Tensor:
    return self.pick(self.weight, ids.to(self.weight.device))

def embed(self, values: List[str]) -> Tensor:
    return self.pick(self.weight, self.encode(values))
)PY";

inline constexpr std::string_view kCategorical = R"PY(
def read(self, columns: Dict[str, List[str]]) -> Tensor:
    assert self.name in columns, "expected column \"{}\" in categorical".format(self.name)
    return self.encode(columns[self.name])

def apply(self, table: Tensor, ids: Tensor) -> Tensor:
    return self.pick(table, ids)
)PY";

// Which of the values that are given make a row that is not missing: of a text, the known words.
inline constexpr std::string_view kMembersThatCount = R"PY(
def counts(self, value: str) -> bool:
    return value not in self.missing_words
)PY";

inline constexpr std::string_view kWordsThatCount = R"PY(
def counts(self, value: str) -> bool:
    return value in self.ids
)PY";

// A row's distinct values, as training reads them; a row with none is missing.
inline constexpr std::string_view kBag = R"PY(
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

// What the dense layers read: the scaled numbers, or the hats of their knots.
inline constexpr std::string_view kLinear = R"PY(
def by_input(self, columns: Tensor) -> Tensor:
    return columns

def inputs(self, numbers: Tensor) -> Tensor:
    return (numbers - self.center) / self.scale
)PY";

inline constexpr std::string_view kHats = R"PY(
def by_input(self, columns: Tensor) -> Tensor:
    return torch.index_select(columns, 1, self.column_of_knot)

def inputs(self, numbers: Tensor) -> Tensor:
    right = self.by_input(numbers) - self.knots
    return torch.minimum(1.0 + right * self.rises, 1.0 - right * self.falls).clamp(0.0, 1.0)
)PY";

// NaN is a missing cell. `center` and `scale` are float64, so a year loses nothing before scaling.
inline constexpr std::string_view kNumeric = R"PY(
def known(self, value: str) -> bool:
    return True

def read(self, columns: Dict[str, Tensor]) -> Tensor:
    assert self.name in columns, "expected column \"{}\" in numbers".format(self.name)
    return columns[self.name].to(self.center).reshape(-1, self.center.size(0))

def dense(self, numbers: Tensor, weight: Tensor, added: Optional[Tensor], missing: Optional[Tensor]) -> Tensor:
    gone = self.by_input(numbers.isnan())
    inputs = self.inputs(numbers).masked_fill(gone, 0.0).to(weight.dtype)
    rows = torch.matmul(inputs, weight)
    if missing is not None:
        rows = rows + torch.matmul(gone.to(weight.dtype), missing)
        if added is not None:
            rows = rows + added
    elif added is not None:
        rows = rows + added * gone.all(1, keepdim=True).logical_not().to(weight.dtype)
    return rows
)PY";

inline constexpr std::string_view kEmbedNumbers = R"PY(
def number(self, text: str) -> float:
    digits = 0
    others = 0
    for i in range(len(text)):
        if text[i].isdigit():
            digits += 1
        elif "+-.eE".find(text[i]) < 0:
            others += 1
    assert digits > 0 and others == 0, "{}: expected a plain number such as -1.5, received \"{}\"".format(self.name, text)
    return float(text)

def embed(self, values: List[str]) -> Tensor:
    rows: List[Tensor] = []
    for value in values:
        if value in self.ids:
            rows.append(self.weight[self.ids[value]])
        else:
            assert self.center.size(0) == 1, "{}: expected the name of a column, received \"{}\"".format(self.name, value)
            number = float("nan")
            text = value.strip()
            if value not in self.missing_words and text not in self.missing_words:
                number = self.number(text)
            rows.append(self.vectors(torch.full_like(self.center, number).unsqueeze(0))[0])
    if len(rows) == 0:
        return self.weight[:0]
    return torch.stack(rows)

def embed_ids(self, ids: Tensor) -> Tensor:
    assert False, "{}: expected a feature with ids, received one of numbers".format(self.name)
    return self.weight
)PY";

inline constexpr std::string_view kNearest = R"PY(
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

}  // namespace feat2vec::embeddings::methods
