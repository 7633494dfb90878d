import CommandOptions
import Glibc
import ServerCommands

exit(ServerProgram.run(unsafe argumentBytes(count: CommandLine.argc, values: CommandLine.unsafeArgv), on: .machine))
