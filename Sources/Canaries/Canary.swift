// Nothing of this file, and nothing behind `#if CANARIES`, is in a program that ships: see `make canaries`.
#if CANARIES
    import FoundationEssentials

    /// A deliberate bug, as a tired engineer would make it, that the tests have to notice.
    ///
    /// `CHANCERY_CANARY` names the one that is on: this is the one module below the executables that reads the environment, since it
    /// is empty unless the build says otherwise. `Scripts/canaries.py` says which test must notice which, and after how much.
    package enum Canary: String, Sendable {
        // Disks
        case synchronousNormal, acknowledgedBeforeCommit, failedCommitSwallowed, blobNotSynced, folderNotSynced
        case serverLockNotTaken
        // The store
        case headDropped, secondParentLeftOut, missingParentAccepted, badRevisionEndsBatch, readBackSkipped
        case cursorBeforePage, pushedOneTooFar, withheldAcknowledged, outgoingNotHashed, outgoingBlobNotHashed
        case mergedByClock, deletionsCountedPerPage, verifySkipsBlobs
        // Letters and merging
        case incomingNotHashed, keysComparedAsText, lastWriteWins, tombstoneBeatsEdit, unionResurrects, textTakesOneSide
        case unknownMemberDropped, setOrderLeaks
        // Syncing
        case headsNamedAtSaveTime, chainNotChecked, cursorMovedOnCutPage, bundleAppliedUnchecked, lineLimitOff,
            rangeOffByOne
        // The server
        case foreignArchiveTold, tokenNotAskedAgain, secretComparedByPrefix, bodyLimitOff, hiddenBytesAccepted
        case restoreKeepsEpoch, backupNotVerified

        private static let variable = "CHANCERY_CANARY"
        private static let named = ProcessInfo.processInfo.environment[variable]
        private static let chosen = named.flatMap(Canary.init(rawValue:))

        /// Whether this bug is on in this process.
        package var isOn: Bool { Canary.chosen == self }

        /// What a test passes on to the programs that it starts.
        package static var environment: [String: String] { named.map { [variable: $0] } ?? [:] }
    }
#endif
