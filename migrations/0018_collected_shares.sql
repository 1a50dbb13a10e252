-- How shares of red envelopes are taken that wait under their claim keys.
-- Encoded wallet::Taking: our claim key, where the share goes, what brings it there; NULL until we
-- have claimed.
ALTER TABLE gifts ADD COLUMN taking BLOB;
