def money(c):
    return f"{'-' if c < 0 else ''}{abs(c) // 100:,}.{abs(c) % 100:02}"


class Refused(Exception):
    pass


class Account:
    def __init__(self, id, owner, floor, percent):
        self.id, self.owner, self.floor, self.percent = id, owner, floor, percent
        self.balance, self.frozen, self.entries = 0, False, []

    def book(self, what, amount):
        self.balance += amount
        self.entries.append((what, amount, self.balance))

    def check(self, amount):
        if amount <= 0:
            raise Refused(f"{money(amount)} is not an amount to move")
        if self.frozen:
            raise Refused(f"account {self.id} is frozen")

    def deposit(self, amount, what="deposit"):
        self.check(amount)
        self.book(what, amount)

    def withdraw(self, amount, what="withdrawal"):
        self.check(amount)
        if self.balance - amount < self.floor:
            raise Refused(f"account {self.id} holds {money(self.balance)}, not {money(amount)}")
        self.book(what, -amount)


accounts = {}


def open_account(owner, floor=0, percent=0):
    a = Account(1001 + len(accounts), owner, floor, percent)
    accounts[a.id] = a
    return a


def transfer(source, target, amount):
    for i in (source, target):
        if i not in accounts:
            raise Refused(f"there is no account {i}")
    payer, payee = accounts[source], accounts[target]
    payee.check(amount)
    payer.withdraw(amount, f"to {payee.owner}")
    payee.deposit(amount, f"from {payer.owner}")


def attempt(what, f, *args):
    try:
        f(*args)
        print(f"{what}: done")
    except Refused as e:
        print(f"{what}: {e}")


ann = open_account("Ann", floor=-50000)
bob = open_account("Bob", percent=3)
cy = open_account("Cy")
attempt("Ann deposits", ann.deposit, 120000)
attempt("Bob deposits", bob.deposit, 1000050)
attempt("Ann pays Bob", transfer, ann.id, bob.id, 150000)
attempt("Ann pays Cy", transfer, ann.id, cy.id, 30000)
attempt("Cy pays Ann", transfer, cy.id, ann.id, 1)
attempt("Bob pays nobody", transfer, bob.id, 4711, 100)
attempt("Bob pays less than nothing", transfer, bob.id, ann.id, -100)
cy.frozen = True
attempt("Bob pays Cy", transfer, bob.id, cy.id, 100)
cy.frozen = False
attempt("Bob pays Cy again", transfer, bob.id, cy.id, 9999)
bob.book("interest", bob.balance * 3 // 100)
attempt("Bob withdraws", bob.withdraw, 2000000)
for a in accounts.values():
    print(f"{a.owner} ({a.id})")
    for what, amount, balance in a.entries:
        print(f"  {what:<16}{money(amount):>12}{money(balance):>12}")
print("The bank holds", money(sum(a.balance for a in accounts.values())))
