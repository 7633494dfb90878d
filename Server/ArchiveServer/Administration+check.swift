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

        /// Every archive in use, by name.
        public let archives: [ArchiveResult]
        /// The number of entries in the audit log.
        public let auditEntryCount: Int
        /// The first entry of the audit log whose chain does not fit, from 1; nil if all fit.
        public let firstWrongAuditEntry: Int?

        /// Whether nothing is wrong.
        public var isWell: Bool {
            firstWrongAuditEntry == nil
                && archives.allSatisfy { archive in
                    if case .success(let report) = archive.result { report.problems.isEmpty } else { false }
                }
        }
    }

    /// Verifies every archive and the audit log, also while a server runs on them.
    public func check() throws(ServerFailure) -> CheckReport {
        let audit = try registry.checkAuditLog()
        let archives = try registry.archives().map { archive in
            CheckReport.ArchiveResult(name: archive.name, result: verify(archive))
        }
        return CheckReport(archives: archives, auditEntryCount: audit.count, firstWrongAuditEntry: audit.firstWrong)
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
