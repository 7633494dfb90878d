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
                Command("init", InitCommand.description, Action(.object, InitCommand.run)),
                Command("clone", CloneCommand.description, Action(.object, CloneCommand.run)),
                Command("join", JoinCommand.description, Action(.object, JoinCommand.run)),
                Command("config", ConfigCommand.description, Action(.object, ConfigCommand.run)),
            ]),
        CommandSection(
            "Letters",
            [
                Command("import", ImportCommand.description, Action(.array, ImportCommand.run)),
                Command("new", NewCommand.description, Action(.object, NewCommand.run)),
                Command("edit", EditCommand.description, Action(.object, EditCommand.run)),
                Command("delete", DeleteCommand.description, Action(.array, DeleteCommand.run)),
                Command("restore", RestoreCommand.description, Action(.object, RestoreCommand.run)),
                Command("undo", UndoCommand.description, Action(.array, UndoCommand.run)),
                Command("export", ExportCommand.description, Action(.array, ExportCommand.run)),
            ]),
        CommandSection(
            "Attachments",
            [
                Command("attach", AttachCommand.description, Action(.object, AttachCommand.run)),
                Command("blobs list", BlobListCommand.description, Action(.array, isPaged: true, BlobListCommand.run)),
                Command("blobs fetch", BlobFetchCommand.description, Action(.object, BlobFetchCommand.run)),
                Command("blobs export", BlobExportCommand.description, Action(.array, BlobExportCommand.run)),
                Command("blobs prune", BlobPruneCommand.description, Action(.object, BlobPruneCommand.run)),
            ]),
        CommandSection(
            "Look",
            [
                Command("list", ListCommand.description, Action(.array, isPaged: true, ListCommand.run)),
                Command("show", ShowCommand.description, Action(.object, isPaged: true, ShowCommand.run)),
                Command("search", SearchCommand.description, Action(.array, isPaged: true, SearchCommand.run)),
                Command("log", LogCommand.description, Action(.array, isPaged: true, LogCommand.run)),
                Command("diff", DiffCommand.description, Action(.object, isPaged: true, DiffCommand.run)),
                Command("blame", BlameCommand.description, Action(.object, isPaged: true, BlameCommand.run)),
                Command("stats", StatsCommand.description, Action(.object, isPaged: true, StatsCommand.run)),
            ]),
        CommandSection(
            "Agree",
            [
                Command("conflicts", ConflictsCommand.description, Action(.array, isPaged: true, ConflictsCommand.run)),
                Command("resolve", ResolveCommand.description, Action(.array, ResolveCommand.run)),
            ]),
        CommandSection(
            "Sync",
            [
                Command("sync", SyncCommand.description, Action(.array, SyncCommand.run)),
                Command("status", StatusCommand.description, Action(.object, StatusCommand.run)),
                Command("remote add", RemoteAddCommand.description, Action(.object, RemoteAddCommand.run)),
                Command("remote list", RemoteListCommand.description, Action(.array, RemoteListCommand.run)),
                Command("remote remove", RemoteRemoveCommand.description, Action(.object, RemoteRemoveCommand.run)),
                Command("login", LoginCommand.description, Action(.object, LoginCommand.run)),
                Command("bundle create", BundleCreateCommand.description, Action(.object, BundleCreateCommand.run)),
                Command("bundle apply", BundleApplyCommand.description, Action(.object, BundleApplyCommand.run)),
                Command("serve", ServeCommand.description, Action(.object, ServeCommand.run)),
            ]),
        CommandSection(
            "Care",
            [
                Command("doctor", DoctorCommand.description, Action(.object, isPaged: true, DoctorCommand.run)),
                Command("verify", VerifyCommand.description, Action(.object, VerifyCommand.run)),
                Command("salvage", SalvageCommand.description, Action(.object, SalvageCommand.run)),
            ]),
        CommandSection(
            "Learn",
            [
                Command("completions", CompletionsCommand.description, Action(.object, CompletionsCommand.run)),
                Command("manual", ManualCommand.description, Action(.object, ManualCommand.run)),
                Command("complete", CompleteCommand.description, Action(.object, CompleteCommand.run)),
            ]),
    ])
