import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The bytes of an attachment are on disk before anybody is told that they are here: what the simulated disk does not see, the
/// kernel's calls show.
struct BlobDurabilityTests {
    /// One call of the system with the paths that it was about.
    private struct Call {
        let name: String
        let paths: [String]
    }

    /// The calls of a command on attachments, in order.
    private func calls(of arguments: [String], on machine: Machine) throws -> [Call] {
        let trace = machine.scratch.url.appending(path: "trace").path
        let program = Programs.folder.appending(path: "chancery").path
        let ended = try Programs.run(
            "/usr/bin/strace",
            ["-f", "-y", "-qq", "-s", "4096", "-o", trace]
                + ["-e", "trace=fsync,fdatasync,rename,renameat,renameat2,mkdir", program] + arguments,
            environment: machine.environment, in: machine.scratch.url)
        try #require(ended.status == 0, "\(ended.error)")
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        return Self.whole(lines).compactMap { line in
            guard line.hasSuffix("= 0"), let open = line.firstIndex(of: "(") else { return nil }
            let name = line[..<open].split(separator: " ").last.map(String.init) ?? ""
            // A path stands in quotes, or behind a descriptor in angle brackets.
            let paths = line[open...].split { "\"<>".contains($0) }.map(String.init).filter { $0.hasPrefix("/") }
            return Call(name: name, paths: paths)
        }
    }

    /// The lines of a trace, those put together that another thread's line has cut in two: `7 fsync(3</a> <unfinished ...>`, and later
    /// `7 <... fsync resumed>) = 0`.
    private static func whole(_ lines: [Substring]) -> [String] {
        var begun: [Substring: String] = [:]
        return lines.compactMap { line in
            let thread = line.prefix { $0 != " " }
            if line.hasSuffix(" <unfinished ...>") {
                begun[thread] = String(line.dropLast(" <unfinished ...>".count))
                return nil
            }
            guard line.contains("<... "), let end = line.range(of: " resumed>") else { return String(line) }
            return begun.removeValue(forKey: thread).map { $0 + line[end.upperBound...] }
        }
    }

    @Test func `bytes, name and folder of an attachment are synced, in this order`() throws {
        let ada = try Machine("ada")
        try ada.expect("init", "--name", "Letters")
        let calls = try calls(of: ["import", MainJobTests.seed.path], on: ada)
        func isSynced(_ path: String, in range: Range<Int>) -> Bool {
            calls[range].contains { ["fsync", "fdatasync"].contains($0.name) && $0.paths.first == path }
        }
        let blobs = ada.archive + "/blobs"
        let named = calls.indices.filter {
            calls[$0].name.hasPrefix("rename") && calls[$0].paths.last?.hasPrefix(blobs + "/") == true
        }
        #expect(named.count == 1)
        for index in named {
            let (temporary, path) = (calls[index].paths[0], calls[index].paths[1])
            let folder = URL(filePath: path).deletingLastPathComponent().path
            #expect(isSynced(temporary, in: 0..<index), "the bytes come before the name")
            #expect(isSynced(folder, in: index..<calls.count), "the name is synced")
            #expect(isSynced(blobs, in: 0..<index), "the folder's own name is synced")
        }
    }
}
