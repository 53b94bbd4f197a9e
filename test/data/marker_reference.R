# Reference values of the tests marker_*.sql and multiple_testing.sql, as rows
# of SQL VALUES.  Base R only (made with R 4.2.2):
#
#     Rscript test/data/marker_reference.R SECTION
options(digits = 17)
num <- function(x) sprintf("%.17g", x)
rows <- function(...) {
    line <- paste0("    (", paste(..., sep = ", "), ")")
    cat(paste(line, collapse = ",\n"), "\n", sep = "")
}

section <- list(
    student = function() {
        g <- expand.grid(t = c(-1e9, -300, -38, -12.5, -4, -1, -0.01, 0, 0.3, 1, 2.5, 9),
                         df = c(1, 1.5, 2, 7.3, 30, 411.25, 1e5, 1e9, 1e12))
        g$v <- pt(g$t, g$df)
        g <- g[g$v > 1e-290 & g$v < 1, ]
        rows(num(g$t), num(g$df), num(g$v))
    },
    f = function() {
        g <- expand.grid(f = c(1e-6, 0.01, 0.2, 0.7, 1, 1.3, 4, 90),
                         a = c(1, 2.5, 24, 1000, 1e6), b = c(1, 7, 350.5, 1e6))
        g$v <- pf(g$f, g$a, g$b)
        g <- g[g$v > 1e-290 & g$v < 1 - 1e-12, ]
        rows(num(g$f), num(g$a), num(g$b), num(g$v))
    },
    # tails of a group of n in a region of n + rest_n, and fisher.test
    fisher = function() {
        k <- c(0, 3, 7, 0, 20, 12, 0, 25, 93, 37, 99, 500, 1, 30)
        n <- c(5, 9, 7, 40, 20, 30, 60, 25, 93, 93, 100, 1000, 12, 400)
        rk <- c(1, 2, 0, 300, 9000, 311, 3688, 15000, 17952, 625, 51000, 40, 3, 41)
        rn <- c(5, 11, 4, 2000, 20000, 4011, 31022, 29496, 29496, 29496, 99000, 900, 25000, 61)
        two <- function(k, n, rk, rn) fisher.test(matrix(c(k, rk, n - k, rn - rk), 2))$p.value
        rows(k, n, rk, rn, num(phyper(k, k + rk, n + rn - k - rk, n)),
             num(phyper(k - 1, k + rk, n + rn - k - rk, n, lower.tail = FALSE)),
             num(mapply(two, k, n, rk, rn)))
    },
    # sums of lgamma differences in R lose digits at large shapes, so small ones
    beta_binomial = function() {
        g <- expand.grid(i = 1:6, j = 1:5)
        n <- c(1, 10, 25, 60, 100, 1000)[g$i]
        alpha <- c(0.4, 0.76, 1, 2.3, 35)[g$j]
        beta <- c(0.7, 4.23, 1, 14.1, 60)[g$j]
        k <- floor(n * c(0, 0.1, 0.5, 0.9, 0.4)[(g$i + g$j) %% 5 + 1])
        pmf <- function(k, n, a, b) exp(lchoose(n, k) + lbeta(k + a, n - k + b) - lbeta(a, b))
        less <- mapply(function(k, n, a, b) sum(pmf(0:k, n, a, b)), k, n, alpha, beta)
        more <- mapply(function(k, n, a, b) sum(pmf(k:n, n, a, b)), k, n, alpha, beta)
        rows(k, n, alpha, beta, num(less), num(more))
    },
    # ties, zeros, ones
    p_adjust = function() {
        p <- c(0.04, 0.001, 0.001, 0.5, 1, 0.03, 1e-12, 0.2, 0.04, 0.04, 0.011, 0.97, 0, 0.012)
        rows(seq_along(p), num(p), num(p.adjust(p, "BH")), num(p.adjust(p, "BY")))
    },
    # two subjects of made-up schools: last year's mean, this year's, participants
    line_residual = function() {
        i <- 1:24
        part <- i %% 2
        x <- 8 + (i * 7) %% 13 + i / 10
        y <- 2.5 + 0.7 * x + ((i * 37) %% 11 - 5) / 4 + ifelse(i == 9, 6, 0)
        w <- 10 + (i * 53) %% 90
        for (k in 0:1) {
            u <- part == k
            m <- lm(y[u] ~ x[u], weights = w[u])
            t <- rstudent(m)
            rows(k, num(x[u]), num(y[u]), num(w[u]), num(fitted(m)), num(residuals(m)),
                 num(hatvalues(m)), num(t), num(pt(-t, m$df.residual - 1)), num(pt(t, m$df.residual - 1)))
        }
    },
    # t.test on the scores of text forms score:count
    mean_test = function() {
        d <- c("4:1,6:2,9:5,12:1", "3:2,4:1", "10:30,11:25,14:40,19:5", "0:1,20:1")
        r <- c("2:3,5:8,8:20,10:7,13:2", "3:900,4:1100,5:800", "0:50,5:400,10:900,15:700,20:100", "7:2,8:1")
        e <- function(s) {
            m <- sapply(strsplit(strsplit(s, ",")[[1]], ":"), as.numeric)
            rep(m[1, ], m[2, ])
        }
        for (i in seq_along(d)) {
            x <- e(d[i]); y <- e(r[i])
            t <- t.test(x, y)
            rows(paste0("'{", d[i], "}'"), paste0("'{", r[i], "}'"), length(x), length(y),
                 num(mean(x) - mean(y)), num((mean(x) - mean(y)) / sd(y)), num(t$statistic), num(t$parameter),
                 num(t.test(x, y, alternative = "greater")$p.value), num(t.test(x, y, alternative = "less")$p.value))
        }
    },
    # analysis of variance of 30 made-up schools, and Shoemaker's F1 of each
    variance = function() {
        school <- unlist(lapply(1:30, function(i) rep(i, 2 + (i * 7) %% 23)))
        j <- ave(school, school, FUN = seq_along)
        score <- (school * 5 + j * (7 + school %% 3)) %% (6 + school %% 9) + school %% 4
        m <- anova(lm(score ~ factor(school)))
        n <- table(school)
        n0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
        rows(length(n), sum(n), num(mean(score)), num(m[2, 3]), m[2, 1], num(max(0, (m[1, 3] - m[2, 3]) / n0)))
        dev <- score - ave(score, school)
        kurt <- mean(dev^4) / mean(dev^2)^2
        f <- function(n) 2 * n / (kurt - (n - 3) / (n - 1))
        for (i in c(1, 7, 16, 23)) {
            own <- school == i
            v <- var(score[own])
            rest_df <- sum(!own) - 29
            rest <- sum(dev[!own]^2) / rest_df
            a <- f(sum(own)); b <- f(rest_df + 1)
            rows(i, sum(own), num(v), num(rest), num(a), num(b),
                 num(pf(v / rest, a, b, lower.tail = FALSE)), num(pf(v / rest, a, b)))
        }
    },
    # cor, Cohen's kappas; mantelhaen.test(exact = TRUE) is the match test
    journal = function() {
        cells <- list(c(5, 3, 0, 0, 2, 20, 6, 0, 0, 9, 25, 4, 0, 1, 3, 12),
                      c(0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 10, 0, 0, 0, 0, 6),
                      c(1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 5, 6, 0, 0, 0, 1),
                      c(0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 9, 0, 0, 0, 0, 5))
        rest <- c(50, 61, 4, 1, 33, 400, 210, 12, 3, 60, 500, 150, 0, 8, 190, 200)
        text <- function(v) {
            g <- expand.grid(j = 2:5, m = 2:5)
            paste0("'{|", paste0(g$m, "/", g$j, ":", v)[v > 0] |> paste(collapse = ","), "}'")
        }
        r <- matrix(rest, 4)          # columns are marks, rows journal marks
        for (v in cells) {
            c4 <- matrix(v, 4)
            n <- sum(c4)
            x <- rep(rep(2:5, each = 4), v); y <- rep(rep(2:5, 4), v)
            p <- outer(rowSums(c4), colSums(c4)) / n^2
            w <- outer(1:4, 1:4, "-")^2
            k <- (sum(diag(c4)) / n - sum(diag(p))) / (1 - sum(diag(p)))
            wk <- 1 - sum(w * c4) / n / sum(w * p)
            strata <- array(sapply(1:4, function(j) c(c4[j, j], sum(c4[j, ]) - c4[j, j],
                                                      r[j, j], sum(r[j, ]) - r[j, j])), c(2, 2, 4))
            strata <- strata[, , apply(strata, 3, function(t) sum(t[, 1]) > 0), drop = FALSE]
            e <- sum(apply(strata, 3, function(t) sum(t[, 1]) * sum(t[1, ]) / sum(t)))
            h <- if (dim(strata)[3] > 1) mantelhaen.test(strata, exact = TRUE, alternative = "greater")$p.value
            rows(text(v), text(rest), n, sum(rest), sum(diag(c4)), num(mean(x - y)), num(cor(x, y)), num(k), num(wk),
                 num(e), num(h))
        }
    },
    # counts 0..20 with cuts 8, 12, 16: lm and glm without the scores at them
    heaping = function() {
        y <- list(c(3, 1, 4, 6, 9, 12, 15, 8, 31, 22, 25, 12, 34, 19, 18, 7, 21, 9, 6, 3, 1),
                  c(0, 2, 1, 0, 3, 4, 2, 5, 6, 4, 7, 5, 6, 4, 3, 4, 3, 1, 1, 0, 1),
                  c(120, 340, 700, 1200, 1900, 2600, 3300, 3500, 4700, 4600, 4800, 4400, 4900, 4000,
                    3500, 2500, 2400, 1500, 900, 400, 150))
        zone <- function(w) list(up = unlist(lapply(c(8, 12, 16), function(b) b + 0:(w - 1))),
                                 down = unlist(lapply(c(8, 12, 16), function(b) b - 1:w)))
        for (v in y) for (case in list(c(5, 1), c(3, 2))) for (model in c("linear", "loglinear")) for (at in c(NA, 12)) {
            degree <- case[1]; width <- case[2]
            s <- 0:20
            z <- zone(width)
            used <- !(s %in% c(z$up, z$down))
            near <- is.na(at) | (s >= at - width & s < at + width)
            a <- (s %in% z$up & near) / 2 - (s %in% z$down & near) / 2
            x <- cbind(1, poly(s, degree))
            m <- if (model == "linear") lm(v[used] ~ x[used, ] - 1)
                 else glm(v[used] ~ x[used, ] - 1, family = poisson, control = list(epsilon = 1e-15, maxit = 100))
            eta <- drop(x %*% coef(m))
            mu <- if (model == "linear") eta else exp(eta)
            g <- drop(t(a * (if (model == "linear") 1 else mu)) %*% x)
            own <- sum(a^2 * (if (model == "linear") 1 else mu))
            df <- sum(used) - degree - 1
            if (model == "linear") {
                phi <- sum(resid(m)^2) / df
                V <- solve(crossprod(x[used, ]))
            } else {
                phi <- max(1, sum((v[used] - mu[used])^2 / mu[used]) / df)
                V <- solve(crossprod(x[used, ] * sqrt(mu[used])))
            }
            moved <- sum(a * (v - mu))
            se <- sqrt(phi * (own + drop(g %*% V %*% g)))
            rows(paste0("'{", paste(v, collapse = ","), "}'"), degree, width, paste0("'", model, "'"),
                 if (is.na(at)) "NULL" else at, sum(used), num(2 * sum((a * (v - mu))[a > 0])),
                 num(2 * sum((a * (v - mu))[a < 0])), num(moved), num(se),
                 num(pt(-moved / se, df)), num(pt(moved / se, df)))
        }
    }
)

args <- commandArgs(trailingOnly = TRUE)
section[[args[1]]]()
