import ArchiveClient
import CommandOptions
import Hashing
import LetterFormats
import LetterModel

/// Takes files into an archive, each by the importer that knows its format.
struct ImportSession {
    private let archive: Archive
    private let author: Author?
    private let format: String?
    private let tags: [String]
    private let collection: String?
    private let isDryRun: Bool
    private let console: Console
    private let importers: ImporterRegistry

    /// How many letters are written in one transaction, at most: each transaction writes pages all over the indexes, so a few large
    /// ones write much less than many small ones.
    private static let batchCount = 4_096
    /// How many bytes of a source are read before what they gave is written: what is held in memory.
    private static let batchBytes = 4 * 1024 * 1024
    /// The largest file whose bytes are kept as an attachment.
    private static let sourceLimitBytes = 64 * 1024 * 1024

    init(archive: Archive, author: Author?, values: Values, context: CommandContext) {
        self.archive = archive
        self.author = author
        format = values[ImportCommand.format]
        tags = values[ImportCommand.tag]
        collection = values[ImportCommand.collection]
        isDryRun = values[ImportCommand.dryRun]
        console = context.console
        importers = .standard(
            tables: CSVRules(
                columns: values[ImportCommand.map].map { ($0.header, $0.column) },
                delimiter: values[ImportCommand.delimiter]))
    }

    /// Takes one file. Whatever goes wrong with it is in the report.
    func take(_ path: String, bar: ProgressBar?) async -> ImportReport {
        var report = ImportReport(file: path)
        do {
            try await take(path, &report, bar)
        } catch {
            report.reason = (error as? FileSystem.Failure)?.reason ?? Failure(error).message
        }
        if report.reason == nil, report.ids.isEmpty, !report.refused.isEmpty {
            // Nothing of the file could be taken: the first reason stands for all of it.
            report.reason =
                report.refused.count == 1 ? report.refused.removeFirst().text : "no line of it could be taken"
        }
        if report.reason == nil, report.ids.isEmpty { report.reason = ImportRefusal(.empty).description }
        if report.reason != nil {
            report.outcome = .refused
        } else if report.created + report.changed + report.deleted > 0 {
            report.outcome = .imported
        }
        return report
    }

    private func take(_ path: String, _ report: inout ImportReport, _ bar: ProgressBar?) async throws {
        let source = try SourceFile(path)
        let start = try source.read(upTo: ImporterRegistry.detectionBytes)
        let name = path == "-" ? "standard input" : FileSystem.name(of: path)
        guard let importer = importers.importer(start: start, fileName: name, format: format) else {
            throw Failure("format", "no importer reads \(format ?? "it")")
        }
        var reader = importer.reader(fileName: name)
        var kept: [UInt8] = []
        var batch: [ImportItem] = []
        // Letters that carry their own ids have no note of their source.
        var whole: SHA256? = importer.replacesLetters || isDryRun ? nil : SHA256()
        var chunk = start
        var bytesRead = 0
        var bytesWritten = 0
        while !chunk.isEmpty {
            bytesRead += chunk.count
            bar?.update(done: bytesRead, total: source.byteCount)
            whole?.update(chunk)
            if importer.keepsSource, kept.count <= ImportSession.sourceLimitBytes { kept += chunk }
            batch += reader.read(chunk)
            if batch.count >= ImportSession.batchCount || bytesRead - bytesWritten >= ImportSession.batchBytes {
                try await write(&batch, importer, kept, name, &report)
                bytesWritten = bytesRead
            }
            chunk = try source.read(upTo: SourceFile.pieceBytes)
        }
        batch += reader.finish()
        try await write(&batch, importer, kept, name, &report)
        if let digest = whole.take()?.finish(), !report.ids.isEmpty {
            try await archive.recordImport(
                of: digest, fileName: name, importer: importer.format, letters: report.ids,
                author: author?.name)
        }
    }

    private func write(
        _ batch: inout [ImportItem], _ importer: any LetterImporter, _ source: [UInt8], _ name: String,
        _ report: inout ImportReport
    ) async throws {
        var steps: [ImportStep] = []
        var lines: [Int?] = []
        // Letters that bring their originals along do not refer to the source.
        var isSourceNeeded = false
        for item in batch {
            switch item {
            case .letter(let imported):
                isSourceNeeded = isSourceNeeded || importer.keepsSource && imported.files.isEmpty
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
        batch = []
        guard !steps.isEmpty else { return }
        if isSourceNeeded, !isDryRun { _ = try await archive.storeAttachment(source) }
        let rules = ImportRules(existing: importer.replacesLetters ? .changes : .stays, isDryRun: isDryRun)
        let outcomes = try await archive.take(steps, rules: rules, author: author)
        var taken: [LetterID] = []
        for (index, outcome) in outcomes.enumerated() {
            switch outcome {
            case .created: report.created += 1
            case .changed: report.changed += 1
            case .deleted: report.deleted += 1
            case .unchanged: break
            case .refused(let error):
                let place = lines[index].map { "line \($0): " } ?? ""
                report.refused.append(ImportReport.Refused(line: lines[index], text: place + error.description))
                continue
            }
            taken.append(steps[index].id)
        }
        report.ids += taken
    }

    /// The letter with the tags and the collection that the command line asks for.
    private func adorned(_ letter: Letter) -> Letter {
        var letter = letter
        if !tags.isEmpty { letter.tags += tags }
        if let collection { letter.collection = collection }
        return letter
    }
}
