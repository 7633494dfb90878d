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

    /// How many letters, or bytes of a source, are written in one transaction: each transaction writes pages all over the indexes, so a
    /// few large ones write much less than many small ones.
    private static let transaction = Amount(letters: 8_192, bytes: 16 * 1024 * 1024)
    /// How many are made ready for it together. A letter that is ready takes a third of the memory of one that was read.
    private static let batch = Amount(letters: 512, bytes: 1024 * 1024)
    /// So many of these may be worked out at the same time.
    private static let mostBegun = 3

    private struct Amount {
        var letters = 0
        var bytes = 0

        func reaches(_ other: Amount) -> Bool { letters >= other.letters || bytes >= other.bytes }
    }

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
        // Letters that carry their own ids have no note of their source.
        var whole: SHA256? = isWhole ? SHA256() : nil
        var chunk = start
        var bytesRead = 0
        var items: [ImportItem] = []
        var bytesMade = 0
        // What was read is made ready while more is read, and written while more is made ready.
        var making: [Task<ImportWriter.ReadyBatch, any Error>] = []
        var made = Amount()
        var writing: Task<ImportReport, any Error>?
        func finishWriting() async throws {
            do {
                if let written = try await writing.take()?.value { report += written }
            } catch {
                // What follows in the source is not written without it.
                making = []
                throw error
            }
        }
        func makeReady() async throws {
            _ = try await making.last?.value
            if making.count >= ImportSession.mostBegun {
                try await making[making.count - ImportSession.mostBegun].value.finishBegun()
            }
            let batch = ImportWriter.Batch(importer: importer, items: items, source: kept)
            let isMostlyNew = report.created * 2 >= report.ids.count
            making.append(
                Task { [writer] in try await writer.makeReady(batch, of: path, expectsNew: isMostlyNew) })
            made.letters += items.count
            made.bytes += bytesRead - bytesMade
            items = []
            bytesMade = bytesRead
        }
        func write() async throws {
            guard !making.isEmpty else { return }
            try await finishWriting()
            writing = Task { [writer, making] in
                var ready = try await making[0].value
                for next in making.dropFirst() { ready.append(try await next.value) }
                return try await writer.write(ready)
            }
            making = []
            made = Amount()
        }
        do {
            while !chunk.isEmpty {
                bytesRead += chunk.count
                bar?.update(done: bytesRead, total: source.byteCount)
                whole?.update(chunk)
                if importer.keepsSource, kept.count <= ImportSession.sourceLimitBytes { kept += chunk }
                items += reader.read(chunk)
                // Many formats are read whole before they give anything.
                let read = Amount(letters: items.count, bytes: bytesRead - bytesMade)
                if !items.isEmpty, read.reaches(ImportSession.batch) {
                    try await makeReady()
                    if made.reaches(ImportSession.transaction) { try await write() }
                }
                chunk = try source.read(upTo: SourceFile.pieceBytes)
            }
        } catch {
            try await write()
            try await finishWriting()
            throw error
        }
        items += reader.finish()
        try await makeReady()
        try await write()
        try await finishWriting()
        if let digest = whole.take()?.finish(), !report.ids.isEmpty {
            try await writer.noteSource(digest, fileName: name, importer: importer.format, letters: report.ids)
        }
    }
}
