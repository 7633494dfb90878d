public import ReplicaStore

extension Administration {
    /// What a check of the whole data folder found.
    public struct CheckReport: Sendable {
        /// One archive: what its verification found, or why it could not be opened.
        public struct ArchiveResult: Sendable {
            /// The archive's name.
            public let name: ArchiveName
            /// What was found.
            public let result: Result<VerificationReport, StoreError>
        }

        /// Every archive in use, by name; none if the list cannot be read, which ``registryProblem`` then says.
        public let archives: [ArchiveResult]
        /// What is wrong with the structure of `server.sqlite`, where archives, tokens and the audit log are; nil if nothing is.
        public let registryProblem: String?
        /// The number of entries in the audit log.
        public let auditEntryCount: Int
        /// The first entry of the audit log whose chain does not fit, from 1; nil if all fit.
        public let firstWrongAuditEntry: Int?

        /// Whether nothing is wrong.
        public var isWell: Bool {
            registryProblem == nil && firstWrongAuditEntry == nil
                && archives.allSatisfy { archive in
                    if case .success(let report) = archive.result { report.problems.isEmpty } else { false }
                }
        }
    }

    /// Verifies every archive, the registry and the audit log, also while a server runs on them.
    ///
    /// Damage in one of them is no reason to leave out the others.
    public func check() throws(ServerFailure) -> CheckReport {
        var registryProblem = try registry.checkStructure()
        let audit = try Administration.readable(&registryProblem) { () throws(ServerFailure) in
            try registry.checkAuditLog()
        }
        let archives = try Administration.readable(&registryProblem) { () throws(ServerFailure) in
            try registry.archives()
        }
        return CheckReport(
            archives: (archives ?? []).map { .init(name: $0.name, result: verify($0)) },
            registryProblem: registryProblem, auditEntryCount: audit?.count ?? 0,
            firstWrongAuditEntry: audit?.firstWrong)
    }

    /// What a read of the registry gives; nil if it could not be read, which is noted unless something was before.
    private static func readable<Value>(
        _ problem: inout String?, _ read: () throws(ServerFailure) -> Value
    ) throws(ServerFailure) -> Value? {
        do throws(ServerFailure) {
            return try read()
        } catch .registry(let reason) {
            problem = problem ?? reason
            return nil
        } catch {
            throw error
        }
    }

    private func verify(_ archive: ArchiveRecord) -> Result<VerificationReport, StoreError> {
        do throws(StoreError) {
            let path = folder.archivePath(archive.name)
            return .success(try SQLiteReplicaStore.verifyBesideServer(folder: path) { _, _ in })
        } catch {
            return .failure(error)
        }
    }
}
