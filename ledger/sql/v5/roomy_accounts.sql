-- Pages a quarter full: whoever touches an account tidies its whole page up first, so fewer accounts on a page are less work for a post.
alter table ledger_account set (fillfactor = 25);
