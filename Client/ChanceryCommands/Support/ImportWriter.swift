import ArchiveClient
import Hashing
import LetterFormats
import LetterModel

/// Writes what an importer found into an archive, with the tags and the collection that the command line asks for.
struct ImportWriter: Sendable {
    let archive: Archive
    let author: Author?
    let tags: [String]
    let collection: String?
    let isDryRun: Bool

    /// Letters of one source.
    struct Batch: Sendable {
        let items: [ImportItem]
        /// The source's bytes, as far as they are kept.
        let source: [UInt8]
        let keepsSource: Bool
        let replacesLetters: Bool

        init(importer: any LetterImporter, items: [ImportItem], source: [UInt8]) {
            self.items = items
            self.source = source
            keepsSource = importer.keepsSource
            replacesLetters = importer.replacesLetters
        }
    }

    /// A batch that can be written, and what is known of it already.
    struct ReadyBatch: Sendable {
        fileprivate var report: ImportReport
        fileprivate var batch: ImportBatch
        /// Where in the source each step stands.
        fileprivate var lines: [Int?]
        fileprivate let rules: ImportRules

        /// Adds what follows in the same source.
        mutating func append(_ next: ReadyBatch) {
            report += next.report
            batch.append(next.batch)
            lines += next.lines
        }

        /// Waits until all is worked out that can be before it is written.
        func finishBegun() { batch.finishBegun() }
    }

    /// Makes a batch ready, which may go on while another one is written.
    ///
    /// - Parameter expectsNew: Whether most of its letters will be new; then their first revisions are made here.
    func makeReady(_ batch: Batch, of path: String, expectsNew: Bool) async throws -> ReadyBatch {
        var report = ImportReport(file: path)
        var steps: [ImportStep] = []
        var lines: [Int?] = []
        // Letters that bring their originals along do not refer to the source.
        var isSourceNeeded = false
        for item in batch.items {
            switch item {
            case .letter(let imported):
                isSourceNeeded = isSourceNeeded || batch.keepsSource && imported.files.isEmpty
                // The attachment is there before the letter that refers to it.
                if !isDryRun { for file in imported.files { _ = try await archive.storeAttachment(file) } }
                steps.append(.letter(imported.id, adorned(imported.letter)))
                lines.append(imported.line)
                report.warnings += imported.warnings.map(\.text)
            case .deletion(let id, let line):
                steps.append(.deletion(id))
                lines.append(line)
            case .refusal(let refusal):
                report.refused.append(ImportReport.Refused(line: refusal.line, text: refusal.description))
            }
        }
        if isSourceNeeded, !isDryRun { _ = try await archive.storeAttachment(batch.source) }
        return ReadyBatch(
            report: report,
            batch: expectsNew && !isDryRun ? try await archive.batch(of: steps) : ImportBatch(steps), lines: lines,
            rules: ImportRules(existing: batch.replacesLetters ? .changes : .stays, isDryRun: isDryRun))
    }

    /// Writes a batch; what became of it is in the report.
    func write(_ ready: ReadyBatch) async throws -> ImportReport {
        var report = ready.report
        guard !ready.batch.letters.isEmpty else { return report }
        let outcomes = try await archive.take(ready.batch, rules: ready.rules, author: author)
        for (index, outcome) in outcomes.enumerated() {
            switch outcome {
            case .created: report.created += 1
            case .changed: report.changed += 1
            case .deleted: report.deleted += 1
            case .unchanged: break
            case .refused(let error):
                let place = ready.lines[index].map { "line \($0): " } ?? ""
                report.refused.append(ImportReport.Refused(line: ready.lines[index], text: place + error.description))
                continue
            }
            report.ids.append(ready.batch.letters[index])
        }
        return report
    }

    /// Notes which letters a source gave.
    func noteSource(_ source: Digest, fileName: String, importer: String, letters: [LetterID]) async throws {
        try await archive.recordImport(
            of: source, fileName: fileName, importer: importer, letters: letters, author: author?.name)
    }

    /// The letter with what the command line adds.
    private func adorned(_ letter: Letter) -> Letter {
        var letter = letter
        if !tags.isEmpty { letter.tags += tags }
        if let collection { letter.collection = collection }
        return letter
    }
}
