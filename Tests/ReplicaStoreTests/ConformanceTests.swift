import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// The same suite for every implementation.
struct ConformanceTests {
    private let scratch = Scratch()

    @Test(arguments: ConformanceCheck.all)
    func `in memory`(_ check: ConformanceCheck) throws {
        try check.run { InMemoryReplicaStore(archive: RevisionMaker.archive(1), epoch: "00000000000000ff") }
    }

    @Test(arguments: ConformanceCheck.all)
    func `in a laptop's folder`(_ check: ConformanceCheck) throws {
        try check.run { try scratch.makeStore(.local) }
    }

    @Test(arguments: ConformanceCheck.all)
    func `in a server's folder`(_ check: ConformanceCheck) throws {
        try check.run { try scratch.makeStore(.server) }
    }
}
