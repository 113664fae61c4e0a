#include "engine/procedure/procedure.hpp"

#include <fmt/format.h>

namespace parley {

Result<std::shared_ptr<Procedure const>> ProcedureLibrary::add(std::string_view text) {
    auto procedure = read_procedure(text, *this);
    if (!procedure) return std::unexpected(std::move(procedure.error()));
    std::pair key(procedure->ref.name, procedure->ref.version);
    if (auto const found = by_version_.find(key); found != by_version_.end()) {
        if (found->second->ref.sha256 == procedure->ref.sha256) return found->second;
        return refuse(
            RefusalCode::procedure_rejected,
            fmt::format("{} version {} is in the library with other bytes; a released version "
                        "never changes, so give this file the next version",
                        key.first, key.second));
    }
    auto shared = std::make_shared<Procedure const>(std::move(*procedure));
    by_version_.emplace(std::move(key), shared);
    return shared;
}

std::shared_ptr<Procedure const> ProcedureLibrary::latest(std::string_view name, Instant at) const {
    Date const today{static_cast<std::int32_t>(at.us / us_per_day)};
    std::shared_ptr<Procedure const> found;
    for (auto const& [key, procedure] : by_version_)
        if (key.first == name && (!procedure->applies_from || *procedure->applies_from <= today))
            found = procedure;
    return found;
}

std::shared_ptr<Procedure const> ProcedureLibrary::find(ProcedureRef const& ref) const {
    auto found = find(ref.name, ref.version);
    return found != nullptr && found->ref.sha256 == ref.sha256 ? found : nullptr;
}

std::shared_ptr<Procedure const> ProcedureLibrary::find(std::string_view name,
                                                        std::int32_t version) const {
    auto const found = by_version_.find({std::string(name), version});
    return found == by_version_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Procedure const>> ProcedureLibrary::all() const {
    std::vector<std::shared_ptr<Procedure const>> out;
    out.reserve(by_version_.size());
    for (auto const& [key, procedure] : by_version_) out.push_back(procedure);
    return out;
}

} // namespace parley
