import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel
import ReplicaStore

/// `chancery resolve`: settles conflicts.
enum ResolveCommand {
    static let ids = Argument(any: "ID", .letterID, help: "Which letters; none with --all or --matching.")
    static let take = Option(
        repeating: "take", .side,
        help: """
            Whose value to take for everything that is not named otherwise: HEAD (the beginning of its id), `author:NAME` for the side that this person wrote last \
            (also where the undo of a resolve wrote it again), `provisional` for what is shown now. FIELD=SIDE decides one field.
            """)
    static let keep = Flag("keep", help: "Keep a letter that one side deleted.")
    static let delete = Flag("delete", help: "Delete a letter that one side edited.")
    static let all = Flag("all", help: "All letters that have conflicts.")
    static let matching = Option(
        "matching", .text, placeholder: "QUERY",
        help: "All letters with conflicts that fit this query; see `chancery help search`.")
    static let edit = Flag("edit", help: "Decide in $VISUAL or $EDITOR, on the letter as it is shown now.")
    static let from = Option(
        "from", .file,
        help:
            "Decide by the letter in this file, in the text form that `show` prints: also what the editor left and could not be read."
    )
    static let interactive = Flag(
        "interactive", short: "i",
        help:
            "Ask for each conflict, and for each place of a text, what to take; what was there, or what you write in the editor, too."
    )
    static let dryRun = Flag("dry-run", help: "Show what would be decided, and write nothing.")
    static let yes = Flag("yes", help: "Do not ask.")

    static let description = CommandDescription(
        "resolve", summary: "settle conflicts",
        discussion: """
            Every conflict of the letter needs a decision. A resolve is an ordinary revision: it can be looked at in `log`; `undo` opens the conflicts again, \
            `restore` goes back to any version.

            Several letters are shown first with what becomes of each; on a terminal you are asked then. Letters for which something is left undecided are \
            named and left alone, and the others are settled (status 2). Without a terminal nobody is asked, and what the command says is done.

            With --interactive the terminal shows one conflict after the other, and of a text one place after the other, with numbers before the sides. What you write in the \
            editor stays in its file until the letter is settled.
            """,
        arguments: [ids],
        options: [
            take, ChangeOptions.set, keep, delete, edit, from, interactive, all, matching, dryRun, yes,
            ChangeOptions.message,
        ],
        examples: [
            Example("chancery resolve 0190 --set title=Reply", help: "Decide one field."),
            Example("chancery resolve 0190 --take 5f3c", help: "Take one side."),
            Example(
                "chancery resolve 0190 --take title=5f3c --take provisional",
                help: "One side's title, and else what is shown."),
            Example(
                "chancery resolve --matching 'tag:OIC after:2019' --take author:Leyla --dry-run",
                help: "See what taking all that Leyla wrote would change."),
            Example("chancery resolve 0190 --interactive", help: "Decide place by place, on the terminal."),
            Example("chancery resolve --all --take provisional", help: "Accept everything as it is shown."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let selections = [values[all], values[matching] != nil, !values[ids].isEmpty]
        guard selections.count(where: { $0 }) == 1 else {
            throw Failure(
                "usage", "name the letters to settle, or say --all, or --matching a query", status: .wrongUsage)
        }
        guard !(values[keep] && values[delete]) else {
            throw Failure("usage", "a letter cannot be both kept and deleted", status: .wrongUsage)
        }
        guard !(values[edit] && values[dryRun]) else {
            throw Failure("usage", "what will be written in an editor cannot be shown beforehand", status: .wrongUsage)
        }
        guard values[from] == nil || values[ids].count == 1 && !values[edit] else {
            throw Failure(
                "usage", "--from decides one letter, which is named, and without an editor", status: .wrongUsage)
        }
        try checkInteractive(values, context)
        for assignment in values[ChangeOptions.set] { try MemberNames.check(assignment.path) }
        for side in values[take] { if let field = side.field { try MemberNames.check(field) } }
        let archive = try await context.openArchive()
        let author = values[dryRun] ? nil : try await context.author(for: archive)
        let letters = try await selected(values, archive, context)
        if values[interactive] {
            return try await AskedResolve(archive: archive, author: author, values: values, context: context).run(
                letters)
        }
        let isBulk = values[ids].count != 1
        var run = Run(archive: archive, author: author, values: values, context: context)
        if isBulk, !values[edit] {
            for id in letters { await run.plan(id) }
            run.showPlans()
            guard values[dryRun] || run.isConfirmed() else { return .done }
        } else {
            for id in letters { try await run.planOrThrow(id) }
            if values[dryRun] { run.showPlans() }
        }
        if !values[dryRun] { try await run.write() }
        if letters.isEmpty { context.console.note("no conflicts") }
        return run.finish()
    }

    private static func checkInteractive(_ values: Values, _ context: CommandContext) throws {
        guard values[interactive] else { return }
        guard !(values[edit] || values[from] != nil || values[dryRun] || values[yes] || context.isJSON) else {
            throw Failure(
                "usage",
                "--interactive asks a person: it goes with neither --edit, --from, --dry-run, --yes nor --json",
                status: .wrongUsage)
        }
        guard values[take].allSatisfy({ $0.field != nil }) else {
            throw Failure(
                "usage", "--take without a field leaves nothing to ask for; leave out --interactive, or name a field",
                status: .wrongUsage)
        }
        guard context.console.canAsk else {
            throw Failure(
                "usage", "nobody can be asked here; say what to take with --take, --set, --keep or --delete",
                status: .wrongUsage)
        }
    }

    /// What the options say about the conflicts of a letter.
    static func decisions(
        _ values: Values, on id: LetterID, _ view: LetterView, _ archive: Archive, _ context: CommandContext
    ) async throws -> Decisions {
        var decisions = Decisions()
        if values[keep] { decisions.deletion = .keep }
        if values[delete] { decisions.deletion = .delete }
        for assignment in values[ChangeOptions.set] { decisions.values.append((assignment.path, assignment.value)) }
        for side in values[take] {
            let head = try await side.head(of: id, view, archive, context)
            if let field = side.field {
                decisions.choices.append((field, head.map(ResolvePlan.Choice.head) ?? .provisional))
            } else {
                decisions.rest = head.map(Decisions.Rest.head) ?? .provisional
            }
        }
        return decisions
    }

    private static func selected(_ values: Values, _ archive: Archive, _ context: CommandContext) async throws
        -> [LetterID]
    {
        if let text = values[matching] {
            let query = try SearchQuery(text)
            let conflict = SearchQuery.Condition(.fact(.isConflict))
            let found = try await archive.search(
                SearchQuery(query.conditions + [conflict], order: .newest), limit: 1_000_000)
            if found.unindexed > 0 {
                context.console.note("the index is still catching up: \(found.unindexed) letters were not looked at")
            }
            return found.hits.map(\.letter.id)
        }
        if values[all] {
            var query = LetterQuery()
            query.onlyConflicts = true
            return try await archive.letterIDs(query)
        }
        var letters: [LetterID] = []
        for text in values[ids] { letters.append(try await archive.letterID(text)) }
        return letters
    }
}

extension ResolveCommand {
    /// One run: what becomes of each letter, and then doing it.
    private struct Run {
        let archive: Archive
        let author: Author?
        let values: Values
        let context: CommandContext
        private var plans: [Plan] = []
        private var refusals: [(id: LetterID, failure: Failure)] = []
        private var rows: [JSONValue] = []

        init(archive: Archive, author: Author?, values: Values, context: CommandContext) {
            self.archive = archive
            self.author = author
            self.values = values
            self.context = context
        }

        /// A letter with what becomes of it.
        private struct Plan {
            let id: LetterID
            let view: LetterView
            let decisions: Decisions
            /// Nil if it is to be deleted.
            let letter: Letter?
        }

        /// Finds out what becomes of a letter; one that cannot be settled so is noted with its reason.
        mutating func plan(_ id: LetterID) async {
            do {
                try await planOrThrow(id)
            } catch {
                refusals.append((id, Failure(error)))
            }
        }

        mutating func planOrThrow(_ id: LetterID) async throws {
            let view = try await archive.view(of: id)
            // Before a side is looked for, or an editor opened.
            guard !view.conflicts.isEmpty else { throw ArchiveError.noConflicts(id) }
            var decisions = try await ResolveCommand.decisions(values, on: id, view, archive, context)
            if let path = values[ResolveCommand.from] {
                decisions.whole = try Editor.letter(in: path)
            } else if values[ResolveCommand.edit] {
                decisions.whole = try Editor(context).edit(
                    view.letter, again: "chancery resolve \(id.text.prefix(8)) --from")
            }
            let letter = try await archive.resolution(of: id, seeing: view, decisions)
            plans.append(Plan(id: id, view: view, decisions: decisions, letter: letter))
        }

        // MARK: The preview

        func showPlans() {
            guard !context.isJSON else { return }
            let idLength = ListCommand.shortestPrefix(of: plans.map(\.id.text))
            for plan in plans { lines(of: plan, idLength).forEach(context.console.write) }
            for refusal in refusals { context.console.note("left alone: \(refusal.failure.message)") }
        }

        private func lines(of plan: Plan, _ idLength: Int) -> [String] {
            let style = context.console.output
            func fitting(_ line: String) -> String { style.isTerminal ? line.cut(toWidth: style.width) : line }
            let title = plan.view.letter.title ?? plan.view.letter.body ?? ""
            let id = plan.id.text.prefix(idLength)
            let name = fitting("\(id)  \(VisibleText.of(title, keepsLines: false))").dropFirst(id.count)
            var lines = [style.apply(.bold, to: String(id)) + name]
            guard let letter = plan.letter else { return lines + ["    the letter is deleted"] }
            for conflict in plan.view.conflicts {
                guard let field = conflict.field else {
                    lines.append("    the letter stays")
                    continue
                }
                let value = letter[field].map { ThreeWayText.texts([$0])[0] ?? "" }
                let shown = VisibleText.of(value ?? "(removed)", keepsLines: false)
                // Of a text what becomes of its places, and not its beginning.
                let places = conflict.hunks.isEmpty ? nil : changes(conflict, to: value ?? "")
                lines.append(fitting("    \(field): \(places ?? shown)"))
            }
            return lines
        }

        /// The words that a text gets in the places that were undecided.
        private func changes(_ conflict: Conflict, to text: String) -> String {
            let added = TextDiff(from: conflict.base?.text, to: text).spans.filter { $0.change == .added }
            let words = added.map { VisibleText.of($0.text, keepsLines: false) }.joined(separator: " … ")
            return "\(CountText.of(conflict.hunks.count, "place")): \(words.isEmpty ? "as it was" : words)"
        }

        /// Whether to go on: on a terminal a person says so.
        func isConfirmed() -> Bool {
            guard !plans.isEmpty, !values[ResolveCommand.yes], !context.isJSON else { return true }
            let question = "Settle \(plans.count == 1 ? "this letter" : "these \(plans.count) letters")? [y/N] "
            // Without a terminal the command itself is the answer: it says what to take, and for which letters.
            guard let answer = context.console.ask(question) else { return true }
            return ["y", "yes"].contains(answer.lowercased())
        }

        // MARK: Doing it

        mutating func write() async throws {
            for plan in plans {
                let revision = try await archive.resolve(
                    plan.id, seeing: plan.view, plan.decisions, author: author, message: values[ChangeOptions.message])
                rows.append(["id": .string(plan.id.text), "revision": .string(revision.hex)])
                if !context.isJSON { context.console.write("settled \(plan.id)") }
            }
        }

        func finish() -> CommandStatus {
            if context.isJSON {
                let previews = values[ResolveCommand.dryRun] ? plans.map(preview) : rows
                let left = refusals.map { ["id": .string($0.id.text), "error": $0.failure.json] as JSONValue }
                context.print(.array(previews + left))
            }
            if refusals.isEmpty { return .done }
            return plans.isEmpty ? .failed : .partlyDone
        }

        private func preview(_ plan: Plan) -> JSONValue {
            var decisions: [JSONValue] = []
            for field in plan.letter == nil ? [] : plan.view.conflicts.compactMap(\.field) {
                var members: JSONObject = ["field": .string(field.description)]
                members["value"] = plan.letter?[field]
                decisions.append(.object(members))
            }
            return ["id": .string(plan.id.text), "deleted": .bool(plan.letter == nil), "decisions": .array(decisions)]
        }
    }
}
