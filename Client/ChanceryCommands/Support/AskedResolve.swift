import ArchiveClient
import CommandOptions
import LetterMerge
import LetterModel
import ReplicaStore

/// `resolve --interactive`: letter by letter, each settled as soon as its last question is answered.
struct AskedResolve {
    let archive: Archive
    let author: Author?
    let values: Values
    let context: CommandContext

    /// Asks until all letters are done or somebody stops.
    func run(_ letters: [LetterID]) async throws -> CommandStatus {
        if letters.isEmpty { context.console.note("no conflicts") }
        var left = 0
        for (index, id) in letters.enumerated() {
            if index > 0 { context.console.write("") }
            switch try await settle(id) {
            case .decided: break
            case .skipped: left += 1
            case .stopped:
                context.console.note("stopped; \(CountText.of(left + letters.count - index, "letter")) left alone")
                return index == left ? .failed : .partlyDone
            }
        }
        if left > 0 { context.console.note("\(CountText.of(left, "letter")) left alone") }
        return left == 0 ? .done : left == letters.count ? .failed : .partlyDone
    }

    private func settle(_ id: LetterID) async throws -> ConflictQuestions.End {
        let view = try await archive.view(of: id)
        guard !view.conflicts.isEmpty else { throw ArchiveError.noConflicts(id) }
        let text = try await ThreeWayText(id, view, archive, context)
        var questions = ConflictQuestions(
            text, try await ResolveCommand.decisions(values, on: id, view, archive, context), context)
        let end = questions.ask()
        guard case .decided = end else {
            tellOfFiles(questions)
            return end
        }
        do {
            _ = try await archive.resolve(
                id, seeing: view, questions.decisions, author: author, message: values[ChangeOptions.message])
        } catch {
            context.console.note("chancery: \(Failure(error).message)")
            tellOfFiles(questions)
            return .skipped
        }
        questions.removeFiles()
        context.console.write("settled \(id)")
        return .decided
    }

    /// Nothing that was typed is lost with a letter that is not settled.
    private func tellOfFiles(_ questions: ConflictQuestions) {
        for path in questions.files { context.console.note("what you wrote is kept in \(path)") }
    }
}
