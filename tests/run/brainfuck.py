def run(src, data=""):
    stack, jump = [], {}
    for i, c in enumerate(src):
        if c == "[":
            stack.append(i)
        elif c == "]":
            if not stack:
                return print("error: ']' without '['")
            j = stack.pop()
            jump[i], jump[j] = j, i
    if stack:
        return print("error: '[' without ']'")
    cells, p, i, out, data = [0] * 300, 0, 0, "", list(data.encode())
    while i < len(src):
        c = src[i]
        if c in "+-":
            cells[p] = (cells[p] + (1 if c == "+" else -1)) % 256
        elif c in "<>":
            p += 1 if c == ">" else -1
        elif c == ".":
            out += chr(cells[p])
        elif c == ",":
            cells[p] = data.pop(0) if data else 0
        elif c == "[" and not cells[p] or c == "]" and cells[p]:
            i = jump[i]
        i += 1
    print(out)


run("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.")
run(">,[>,]<[.<]", "stressed")
run("++++++++[>++++++++<-]>+<++++++++++++++++++++++++++[>.+<-]")
run(",[--------------------------------.,]", "simple")
run("+[")
run("+]")
run("no code at all")
