import Dispatch
import Foundation
import Synchronization
import Testing
import TestScratch

@testable import ArchiveClient

/// Who holds a folder, and who gets it when a holder is gone.
final class FolderLockTests: Sendable {
    let here = FolderHolder.current()
    private let scratch = Scratch()
    var folder: URL { scratch.url }
    var lock: URL { folder.appending(path: "in-use") }

    private func leave(_ text: String) throws { try Data(text.utf8).write(to: lock) }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }

    @Test func `a holder is read as it was written, and nothing else is`() {
        let desk = FolderHolder(host: "desk", boot: "b", process: 17)
        let full = FolderHolder(host: "desk", boot: "b", process: 17, machine: "m", start: 5, namespace: "pid:[1]")
        for holder in [desk, full, here] { #expect(FolderHolder(holder.text) == holder) }
        #expect(FolderHolder("desk\nb\n17\n") == desk)
        for text in [
            "", "desk\nb\n17", "desk\nb\n0\n", "desk\nb\n-1\n", "desk\nb\n17\nmore\n", "desk\nb\nx\n",
            "desk\nb\n17\nm\nx\nn\n", "desk\nb\n17\nm\n5\nn", "desk\nb\n17\nm\n5\nn\n\n",
        ] {
            #expect(FolderHolder(text) == nil, "\(text)")
        }
    }

    @Test func `only what this machine left behind is known to be gone`() {
        func other(_ change: (inout FolderHolder) -> Void) -> FolderHolder {
            var holder = FolderHolder(
                host: here.host, boot: here.boot, process: here.process, machine: "m", start: here.start,
                namespace: here.namespace)
            change(&holder)
            return holder
        }
        let this = other { _ in }
        #expect(!this.isGone(here: this))
        #expect(other { $0.boot = "earlier" }.isGone(here: this))
        #expect(other { $0.process = 4_194_000 }.isGone(here: this))
        #expect(other { $0.start = 1 }.isGone(here: this), "the number is another process's now")
        #expect(
            !other {
                $0.host = "elsewhere"; $0.boot = "earlier"
            }.isGone(here: this))
        #expect(
            !other {
                $0.machine = "another of the same name"; $0.boot = "earlier"
            }.isGone(here: this))
        #expect(
            !other {
                $0.machine = nil; $0.boot = "earlier"
            }.isGone(here: this))
        #expect(
            !other {
                $0.namespace = "pid:[1]"; $0.process = 4_194_000
            }.isGone(here: this), "a container's")
    }

    @Test func `a lock is whole or not there, and gone with its owner`() throws {
        do {
            let held = try FolderLock(folder: folder.path)
            #expect(try String(contentsOf: lock, encoding: .utf8) == here.text)
            #expect(try names() == ["in-use"])
            #expect(throws: RemoteFolderError.busy(path: folder.path, process: here.process)) {
                try FolderLock(folder: folder.path)
            }
            #expect(try names() == ["in-use"], "whoever does not get it leaves it alone")
            withExtendedLifetime(held) {}
        }
        #expect(try names() == [])
    }

    @Test func `one that somebody else made meanwhile stays`() throws {
        var held: FolderLock? = try FolderLock(folder: folder.path)
        try leave("elsewhere\nb\n17\n")
        withExtendedLifetime(held) {}
        held = nil
        #expect(try String(contentsOf: lock, encoding: .utf8) == "elsewhere\nb\n17\n")
        #expect(throws: RemoteFolderError.inUse(path: folder.path, host: "elsewhere")) {
            try FolderLock(folder: folder.path)
        }
    }

    @Test(arguments: ["", "half", "\u{0}", "desk\nb"]) func `one that says nothing is nobody's to take over`(
        text: String
    )
        throws
    {
        try leave(text)
        #expect(throws: RemoteFolderError.foreignLock(path: folder.path)) { try FolderLock(folder: folder.path) }
        #expect(try String(contentsOf: lock, encoding: .utf8) == text)
    }

    @Test func `a pipe or a folder in its place is refused, and nobody waits`() throws {
        #expect(mkfifo(lock.path, 0o600) == 0)
        #expect(throws: RemoteFolderError.foreignLock(path: folder.path)) { try FolderLock(folder: folder.path) }
        try FileManager.default.removeItem(at: lock)
        try FileManager.default.createDirectory(at: lock, withIntermediateDirectories: false)
        #expect(throws: RemoteFolderError.foreignLock(path: folder.path)) { try FolderLock(folder: folder.path) }
    }

    @Test func `of many that find one dead lock at once, one gets it`() throws {
        for round in 0..<200 {
            try leave("\(here.host)\n\(here.boot)\n4194000\n")
            let outcomes = Mutex<(held: [FolderLock], busy: Int, other: [String])>(([], 0, []))
            DispatchQueue.concurrentPerform(iterations: 6) { number in
                // Six processes that run: their texts differ by the machine, which is not looked at within one boot.
                var holder = here
                holder.machine = "m\(number)"
                do throws(RemoteFolderError) {
                    let lock = try FolderLock(folder: folder.path, holder: holder)
                    outcomes.withLock { $0.held.append(lock) }
                } catch {
                    let isBusy = error == .busy(path: folder.path, process: here.process)
                    outcomes.withLock { if isBusy { $0.busy += 1 } else { $0.other.append("\(error)") } }
                }
            }
            outcomes.withLock { found in
                #expect(found.held.count == 1 && found.busy == 5 && found.other == [], "round \(round): \(found)")
                found.held = []
            }
            #expect(try names() == [], "round \(round)")
        }
    }
}
