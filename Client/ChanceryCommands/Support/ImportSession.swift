import ArchiveClient
import CommandOptions
import Hashing
import LetterFormats
import LetterModel

/// Takes files into an archive, each by the importer that knows its format.
struct ImportSession {
    private let format: String?
    private let writer: ImportWriter
    private let importers: ImporterRegistry

    /// How many letters are written in one transaction, at most: each transaction writes pages all over the indexes, so a few large
    /// ones write much less than many small ones.
    private static let batchCount = 3_072
    /// How many bytes of a source are read before what they gave is written: three times as many, with what was made of them, are in memory.
    private static let batchBytes = 6 * 1024 * 1024
    /// The largest file whose bytes are kept as an attachment.
    private static let sourceLimitBytes = 64 * 1024 * 1024

    init(archive: Archive, author: Author?, values: Values) {
        format = values[ImportCommand.format]
        writer = ImportWriter(
            archive: archive, author: author, tags: values[ImportCommand.tag],
            collection: values[ImportCommand.collection], isDryRun: values[ImportCommand.dryRun])
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
        let isWhole = !importer.replacesLetters && !writer.isDryRun
        var reader = importer.reader(fileName: name)
        var kept: [UInt8] = []
        var items: [ImportItem] = []
        // Letters that carry their own ids have no note of their source.
        var whole: SHA256? = isWhole ? SHA256() : nil
        var chunk = start
        var bytesRead = 0
        var bytesWritten = 0
        // What was read is made ready and written while more is read: one batch is written, another one made ready.
        var writing: [Task<ImportReport, any Error>] = []
        func finishWriting(allBut count: Int = 0) async throws {
            while writing.count > count { report += try await writing.removeFirst().value }
        }
        func beginWriting(_ batch: ImportWriter.Batch) {
            let isMostlyNew = report.created * 2 >= report.ids.count
            // A task of its own: what it ends with is a third of what it began with.
            let making = Task { [writer] in
                try await writer.makeReady(batch, of: path, expectsNew: isMostlyNew)
            }
            writing.append(
                Task { [writer, before = writing.last] in
                    let ready = try await making.value
                    _ = try await before?.value
                    return try await writer.write(ready)
                })
        }
        do {
            while !chunk.isEmpty {
                bytesRead += chunk.count
                bar?.update(done: bytesRead, total: source.byteCount)
                whole?.update(chunk)
                if importer.keepsSource, kept.count <= ImportSession.sourceLimitBytes { kept += chunk }
                items += reader.read(chunk)
                if items.count >= ImportSession.batchCount || bytesRead - bytesWritten >= ImportSession.batchBytes {
                    try await finishWriting(allBut: 1)
                    beginWriting(ImportWriter.Batch(importer: importer, items: items, source: kept))
                    items = []
                    bytesWritten = bytesRead
                }
                chunk = try source.read(upTo: SourceFile.pieceBytes)
            }
        } catch {
            try await finishWriting()
            throw error
        }
        beginWriting(ImportWriter.Batch(importer: importer, items: items + reader.finish(), source: kept))
        try await finishWriting()
        if let digest = whole.take()?.finish(), !report.ids.isEmpty {
            try await writer.noteSource(digest, fileName: name, importer: importer.format, letters: report.ids)
        }
    }
}
