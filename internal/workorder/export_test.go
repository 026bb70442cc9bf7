package workorder

// BulkRows is the reading part of a preview, for the test that counts its questions.
var BulkRows = bulkRows
