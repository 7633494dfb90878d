extension CompletionWords {
    /// The script for zsh: the words of the command are found first, the rest is left to `_arguments`.
    ///
    /// Source: <https://zsh.sourceforge.io/Doc/Release/Completion-System.html>
    var zshScript: String {
        let function = "_" + program.replacing("-", with: "_")
        let valued = common.filter { $0.value != nil }.flatMap(Self.spellings).joined(separator: "|")
        return """
            #compdef \(program)
            # Completes \(program) in zsh. Made by `\(program) completions zsh`.

            # Offers names that only the program knows.
            \(function)_named() {
                local -a found=("${(@f)$(\(program) $chosen complete -- $1 "${(Q)PREFIX}" 2>/dev/null)}")
                [[ -n $found ]] || return 1
                found=("${(@)${(@)found//:/\\\\:}/$'\\t'/:}")
                _describe -t $1 ${1%s} found
            }

            \(function)() {
                local command= word help= curcontext=$curcontext
                local -a chosen
                integer index
                for (( index = 2; index < CURRENT; index++ )); do
                    case $words[index] in
            \(zshChosen)        esac
                done
                index=2
                local -a common=(
            \(common.map { "        \(zshOption($0))\n" }.joined())    )
                while (( index < CURRENT )); do
                    word=$words[index]
                    case $word in
                        (\(valued.isEmpty ? "--" : valued)) (( index += 2 )); continue ;;
                        (-*) (( index += 1 )); continue ;;
                    esac
                    (( index += 1 ))
                    if [[ -z $command && $word == help ]]; then help=1; continue; fi
                    command="${command:+$command }$word"
                    case $command in
                        (\(commands.map { Self.quoted($0.name) }.joined(separator: "|"))) break ;;
                    esac
                done
                if (( index > CURRENT )); then
                    # The value of an option that stands before the command.
                    _arguments -S $common
                    return
                fi
                case $command in
            \(zshGroups)    esac
                [[ -z $help ]] || return 1
                words=("$command" "${(@)words[index,-1]}")
                (( CURRENT -= index - 2 ))
                case $command in
            \(zshCommands)    esac
            }

            if [[ $funcstack[1] == \(function) ]]; then
                \(function) "$@"
            else
                compdef \(function) \(program)
            fi

            """
    }

    /// The value of a common option goes with the question for names: another folder has other ones.
    private var zshChosen: String {
        common.filter { $0.value != nil }.map { option in
            let name = "--\(option.name)"
            return """
                            (\(name)) chosen+=(\(name) "${${(Q)words[index+1]}/#\\~/$HOME}") ;;
                            (\(name)=*) chosen+=(\(name) "${${(Q)words[index]#*=}/#\\~/$HOME}") ;;

                """
        }.joined()
    }

    private var zshGroups: String {
        groups.map { group in
            let rows = words(after: group).map { "\($0.word.replacing(":", with: #"\:"#)):\(Self.brief($0.summary))" }
            let options =
                group.isEmpty
                ? """
                            if [[ $PREFIX == -* ]]; then
                                _arguments -S $common \(leading.map(zshOption).joined(separator: " "))
                                return
                            fi

                """ : ""
            return """
                        (\(Self.quoted(group.joined(separator: " "))))
                            local -a names=(\(rows.map(Self.quoted).joined(separator: " ")))
                \(options)            _describe -t commands command names
                            return ;;

                """
        }.joined()
    }

    private var zshCommands: String {
        commands.map { command in
            let arguments = command.arguments.enumerated().map { index, argument in
                let place = argument.arity.maximum > 1 ? "*" : "\(index + 1)"
                let optional = argument.arity.minimum == 0 && place != "*" ? ":" : ""
                return Self.quoted("\(place):\(optional)\(argument.name):\(zshAction(argument.kind))")
            }
            let specifications = (command.options.map(zshOption) + arguments).joined(separator: " \\\n            ")
            return """
                        (\(Self.quoted(command.name)))
                            _arguments -s -S $common\(specifications.isEmpty ? "" : " \\\n            ")\(specifications) ;;

                """
        }.joined()
    }

    private func zshOption(_ option: OptionDescription) -> String {
        let help = zshEscaped(Self.brief(option.help))
        let value = option.value.map { ":\(zshEscaped($0.placeholder)):\(zshAction($0.kind))" } ?? ""
        let spellings = Self.spellings(option)
        let repeated = option.isRepeatable ? "*" : spellings.count > 1 ? "(\(spellings.joined(separator: " ")))" : ""
        return spellings.map { spelling in
            let sign = option.value != nil && spelling.hasPrefix("--") ? "=" : ""
            return Self.quoted("\(repeated)\(spelling)\(sign)[\(help)]\(value)")
        }.joined(separator: " ")
    }

    private func zshAction(_ kind: ValueKind) -> String {
        switch kind {
        case .text, .integer: " "
        case .choice(let words): "(\(words.joined(separator: " ")))"
        case .file: "_files"
        case .folder: "_files -/"
        // A space before it: it is run as it stands, without the descriptions of `_arguments`.
        case .named(let sort): " _\(program.replacing("-", with: "_"))_named \(sort)"
        }
    }

    private func zshEscaped(_ text: String) -> String {
        text.replacing(#"\"#, with: #"\\"#).replacing("[", with: #"\["#).replacing("]", with: #"\]"#)
            .replacing(":", with: #"\:"#)
    }
}
