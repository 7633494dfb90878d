import CommandOptions

/// Every command of `chancery`, in the order of its help.
let program = Program<Action>(
    "chancery", version: ChanceryProgram.version, summary: "keep an archive of letters, with or without a network",
    discussion: """
        An archive is a folder on this machine. Letters are written, searched and edited there without a network, and \
        synced with other replicas of the archive: nothing that anyone wrote is ever lost, and disagreements are merged or shown.

        An ID may be abbreviated to any beginning that no other letter shares.
        """,
    globalOptions: [GlobalOptions.archive, GlobalOptions.author, GlobalOptions.json, GlobalOptions.noPager],
    environment: [
        EnvironmentVariable("CHANCERY_TOKEN", help: "The token to sync with, if the command talks to one server only."),
        EnvironmentVariable(
            "CHANCERY_BUSY_TIMEOUT_MILLISECONDS",
            help: "How long to wait for another process that writes to the archive; 30000."),
        EnvironmentVariable("NO_COLOR", help: "No colours, if it is set."),
        EnvironmentVariable("PAGER", help: "What long results are read in on a terminal; less."),
        EnvironmentVariable("NO_PAGER", help: "No pager, if it is set."),
    ],
    exitStatuses: [
        ExitStatus(0, "Done."), ExitStatus(1, "Failed."),
        ExitStatus(2, "Partly done: some files, revisions or remotes were refused or down, and were named."),
        ExitStatus(
            3, "Done, and a letter of this archive has a conflict (only `sync`, `clone`, `join` and `bundle apply`)."),
        ExitStatus(64, "Wrong usage."),
    ],
    sections: [
        CommandSection(
            "Begin",
            [
                Command(InitCommand.description, Action(.object, InitCommand.run)),
                Command(CloneCommand.description, Action(.object, CloneCommand.run)),
                Command(JoinCommand.description, Action(.object, JoinCommand.run)),
                Command(ConfigCommand.description, Action(.object, ConfigCommand.run)),
            ]),
        CommandSection(
            "Letters",
            [
                Command(ImportCommand.description, Action(.array, ImportCommand.run)),
                Command(NewCommand.description, Action(.object, NewCommand.run)),
                Command(EditCommand.description, Action(.object, EditCommand.run)),
                Command(DeleteCommand.description, Action(.array, DeleteCommand.run)),
                Command(RestoreCommand.description, Action(.object, RestoreCommand.run)),
                Command(UndoCommand.description, Action(.array, UndoCommand.run)),
                Command(ExportCommand.description, Action(.array, ExportCommand.run)),
            ]),
        CommandSection(
            "Attachments",
            [
                Command(AttachCommand.description, Action(.object, AttachCommand.run)),
                Command(BlobListCommand.description, Action(.array, isPaged: true, BlobListCommand.run)),
                Command(BlobFetchCommand.description, Action(.object, BlobFetchCommand.run)),
                Command(BlobExportCommand.description, Action(.array, BlobExportCommand.run)),
                Command(BlobPruneCommand.description, Action(.object, BlobPruneCommand.run)),
            ]),
        CommandSection(
            "Look",
            [
                Command(ListCommand.description, Action(.array, isPaged: true, ListCommand.run)),
                Command(ShowCommand.description, Action(.object, isPaged: true, ShowCommand.run)),
                Command(SearchCommand.description, Action(.array, isPaged: true, SearchCommand.run)),
                Command(LogCommand.description, Action(.array, isPaged: true, LogCommand.run)),
                Command(DiffCommand.description, Action(.object, isPaged: true, DiffCommand.run)),
                Command(BlameCommand.description, Action(.object, isPaged: true, BlameCommand.run)),
                Command(StatsCommand.description, Action(.object, isPaged: true, StatsCommand.run)),
            ]),
        CommandSection(
            "Agree",
            [
                Command(ConflictsCommand.description, Action(.array, isPaged: true, ConflictsCommand.run)),
                Command(ResolveCommand.description, Action(.array, ResolveCommand.run)),
            ]),
        CommandSection(
            "Sync",
            [
                Command(SyncCommand.description, Action(.array, SyncCommand.run)),
                Command(StatusCommand.description, Action(.object, StatusCommand.run)),
                Command(RemoteAddCommand.description, Action(.object, RemoteAddCommand.run)),
                Command(RemoteListCommand.description, Action(.array, RemoteListCommand.run)),
                Command(RemoteRemoveCommand.description, Action(.object, RemoteRemoveCommand.run)),
                Command(LoginCommand.description, Action(.object, LoginCommand.run)),
                Command(BundleCreateCommand.description, Action(.object, BundleCreateCommand.run)),
                Command(BundleApplyCommand.description, Action(.object, BundleApplyCommand.run)),
                Command(ServeCommand.description, Action(.object, ServeCommand.run)),
            ]),
        CommandSection(
            "Care",
            [
                Command(DoctorCommand.description, Action(.object, isPaged: true, DoctorCommand.run)),
                Command(VerifyCommand.description, Action(.object, VerifyCommand.run)),
                Command(SalvageCommand.description, Action(.object, SalvageCommand.run)),
            ]),
        CommandSection(
            "Learn",
            [
                Command(CompletionsCommand.description, Action(.object, CompletionsCommand.run)),
                Command(ManualCommand.description, Action(.object, ManualCommand.run)),
                Command(CompleteCommand.description, Action(.object, CompleteCommand.run)),
            ]),
    ])
