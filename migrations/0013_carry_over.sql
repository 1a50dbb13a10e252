-- Balances of the private pool that move on to the next period account.

-- The proof that a transfer only moves a balance on; it cannot be made once more. NULL for any other.
ALTER TABLE transfers ADD COLUMN carry_proof BLOB;
