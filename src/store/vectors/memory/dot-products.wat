;; Dot products of one 16-bit query with rows of 8-bit integers: the scan of the dense side.
(module
  ;; Page 0: the query and the results; the rows begin at page 1.
  (memory (export "memory") 1)

  ;; query: address of `dimensions` 16-bit integers; rows: address of `count` rows of `dimensions` 8-bit integers;
  ;; results: address of `count` 32-bit integers. `dimensions` is a multiple of 16, at least 16.
  (func (export "dotProducts")
    (param $query i32) (param $dimensions i32) (param $rows i32) (param $count i32) (param $results i32)
    (local $queryEnd i32) (local $at i32) (local $row v128) (local $low v128) (local $high v128)
    (local.set $queryEnd (i32.add (local.get $query) (i32.shl (local.get $dimensions) (i32.const 1))))
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $low (v128.const i32x4 0 0 0 0))
        (local.set $high (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $query))
        (loop $next16
          (local.set $row (v128.load (local.get $rows)))
          (local.set $low (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $row)) (v128.load (local.get $at)))))
          (local.set $high (i32x4.add (local.get $high)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $row)) (v128.load offset=16 (local.get $at)))))
          (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $next16 (i32.lt_u (local.get $at) (local.get $queryEnd))))
        (local.set $low (i32x4.add (local.get $low) (local.get $high)))
        (i32.store (local.get $results)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $low)) (i32x4.extract_lane 1 (local.get $low)))
            (i32.add (i32x4.extract_lane 2 (local.get $low)) (i32x4.extract_lane 3 (local.get $low)))))
        (local.set $results (i32.add (local.get $results) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow)))))
