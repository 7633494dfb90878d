import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel
import ReplicaStore

/// `chancery complete`: what completions of shells ask for while somebody types. Quick, and silent where there is nothing to tell.
enum CompleteCommand {
    /// What names are asked for; the raw values stand in the scripts.
    enum Sort: String, CaseIterable, Sendable {
        case letters, remotes, tags
    }

    static let sort = Argument("SORT", .choice(of: Sort.self), help: "Which names.")
    static let beginning = Argument(optional: "BEGINNING", .text, help: "Only those that begin so.")

    static let description = CommandDescription(
        "complete", summary: "print the names that a shell completes, one a line, with what they stand for",
        arguments: [sort, beginning]
    ).hidden

    /// More are no help to anybody who chooses.
    private static let limit = 100
    /// Nobody waits for a lock while typing.
    private static let busyTimeoutMilliseconds = 200

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        do {
            let archive = try Archive.open(
                at: context.archiveFolder(), busyTimeoutMilliseconds: busyTimeoutMilliseconds,
                surroundings: context.surroundings)
            let beginning = values[beginning] ?? ""
            let names = try await names(values[sort], beginning, archive)
            for name in names.filter({ $0.word.utf8.starts(with: beginning.utf8) }).prefix(limit) {
                let meaning = VisibleText.of(name.meaning, keepsLines: false)
                context.console.write(meaning.utf8.isEmpty ? name.word : "\(name.word)\t\(meaning.cut(toWidth: 60))")
            }
        } catch {
            // Without an archive, or while it cannot be read, there is nothing to complete, and an error would stand in the middle of a line.
            return .done
        }
        return .done
    }

    private static func names(
        _ sort: Sort, _ beginning: String, _ archive: Archive
    ) async throws -> [(word: String, meaning: String)] {
        switch sort {
        case .remotes: return try await archive.remotes().map { ($0.name, $0.address) }
        case .tags:
            // A line feed would make two names of one.
            return try await archive.tags().filter { !$0.utf8.contains(0x0A) && !$0.utf8.contains(0x09) }.map {
                ($0, "")
            }
        case .letters:
            guard !beginning.utf8.isEmpty else {
                var query = LetterQuery()
                query.limit = limit / 2
                return try await named(
                    archive.letters(query).map { ($0.id, $0.title ?? $0.incipit) }, beginning, archive)
            }
            var found: [(LetterID, String?)] = []
            for id in try await archive.letterIDs(beginning: beginning, limit: limit) {
                let letter = try await archive.view(of: id).letter
                found.append((id, letter.title ?? letter.body.flatMap(LetterSummary.incipit)))
            }
            return try await named(found, beginning, archive)
        }
    }

    /// Letters by the shortest id that tells them from all others, of at least eight characters.
    private static func named(
        _ letters: [(id: LetterID, title: String?)], _ beginning: String, _ archive: Archive
    ) async throws -> [(word: String, meaning: String)] {
        var names: [(word: String, meaning: String)] = []
        for (id, title) in letters {
            let short = String(id.text.prefix(8))
            let isEnough =
                beginning.utf8.count <= 8 ? try await archive.letterIDs(beginning: short, limit: 2).count == 1 : false
            names.append((isEnough ? short : id.text, title ?? ""))
        }
        return names
    }
}

extension ValueParser where Value == String {
    /// The id of a letter, or its beginning.
    static var letterID: ValueParser { named("letters", placeholder: "ID") }

    /// The name of a remote.
    static var remoteName: ValueParser { named("remotes", placeholder: "REMOTE") }

    /// A tag.
    static var tag: ValueParser { named("tags", placeholder: "TAG") }

    private static func named(_ sort: String, placeholder: String) -> ValueParser {
        ValueParser(placeholder: placeholder, kind: .named(sort), format: { $0 }) { text throws(InvalidValue) in text }
    }
}
